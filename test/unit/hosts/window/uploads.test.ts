// Files that a window uploads in pieces: whole, apart from each other, under a name that any disk takes, and gone after use.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cleanName, createUploads } from '../../../../main/hosts/window/uploads.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

function start(folder = join(temporaryFolder(), 'uploads')) {
  const uploads = createUploads(folder)
  onTestFinished(() => uploads.end())
  return { folder, uploads }
}

/** Open handles of this process. */
const handles = (): number => readdirSync('/proc/self/fd').length

describe('a file that is handed over', () => {
  it('has every piece, one behind the other, under its own name', async () => {
    const { uploads } = start()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 }), async (pieces) => {
        const file = await uploads.open('mail.csv')
        for (const piece of pieces) await uploads.write(file, piece)
        const { path } = await uploads.close(file)
        expect(basename(path)).toBe('mail.csv')
        expect(readFileSync(path).equals(Buffer.concat(pieces))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('keeps apart from another of the same name that comes meanwhile', async () => {
    const { uploads } = start()
    const [one, two] = [await uploads.open('a.csv'), await uploads.open('a.csv')]
    await uploads.write(one, Buffer.from('first'))
    await uploads.write(two, Buffer.from('second'))
    const closed = [await uploads.close(one), await uploads.close(two)]
    expect(closed.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(['first', 'second'])
  })

  it('cannot be written to, or closed, when it is not open', async () => {
    const { uploads } = start()
    const file = await uploads.open('a.csv')
    await uploads.close(file)
    for (const gone of [file, 99]) {
      await expect(uploads.write(gone, Buffer.from('x'))).rejects.toMatchObject({ code: 'data/no-file' })
      await expect(uploads.close(gone)).rejects.toMatchObject({ code: 'data/no-file' })
    }
  })

  it('stays in the folder of uploads, for its owner alone, whatever its name', async () => {
    const { folder, uploads } = start()
    for (const name of ['../../escaped.csv', '/etc/passwd', '..\\..\\escaped.csv', '..', '']) {
      const { path } = await uploads.close(await uploads.open(name))
      expect(dirname(dirname(dirname(path)))).toBe(folder)
      expect(statSync(path).mode & 0o077).toBe(0)
    }
    expect(existsSync(join(folder, '../escaped.csv'))).toBe(false)
  })

  it('is deleted when it was used, and in whatever state when the window leaves; another window’s stays', async () => {
    const { folder, uploads } = start()
    const other = start(folder)
    const kept = await other.uploads.close(await other.uploads.open('kept.csv'))
    const used = await uploads.close(await uploads.open('used.csv'))
    await used.remove()
    expect(existsSync(used.path)).toBe(false)
    const whole = await uploads.close(await uploads.open('whole.csv'))
    await uploads.write(await uploads.open('half.csv'), Buffer.from('x'))
    await uploads.end()
    expect(existsSync(whole.path)).toBe(false)
    expect(readdirSync(folder)).toHaveLength(1)
    expect(existsSync(kept.path)).toBe(true)
  })

  it.skipIf(process.platform !== 'linux')(
    'holds a handle only while its window is there, and few at once',
    async () => {
      const { uploads } = start()
      const before = handles()
      const opened = await Promise.allSettled(Array.from({ length: 3000 }, () => uploads.open('a.csv')))
      expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
      expect(opened.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'data/too-many-files' },
      })
      expect(handles()).toBeLessThanOrEqual(before + 8)
      await uploads.end()
      expect(handles()).toBe(before)
      // One that the window asked for as it left.
      await uploads.open('late.csv').catch(() => undefined)
      expect(handles()).toBe(before)
    },
  )
})

describe('a folder that is handed over', () => {
  it('has its files directly in it, under clean names', async () => {
    const { uploads } = start()
    const folder = await uploads.open('my model', true)
    for (const name of ['config.json', '../weights.bin']) {
      await uploads.next(folder, name)
      await uploads.write(folder, Buffer.from(name))
    }
    const { path } = await uploads.close(folder)
    expect(basename(path)).toBe('my model')
    expect(readdirSync(path).sort()).toEqual(['config.json', 'weights.bin'])
    expect(readFileSync(join(path, 'config.json'), 'utf8')).toBe('config.json')
  })

  it('takes bytes only after the name of a file, and a file takes no files', async () => {
    const { uploads } = start()
    await expect(uploads.write(await uploads.open('f', true), Buffer.from('x'))).rejects.toMatchObject({
      code: 'data/no-file',
    })
    await expect(uploads.next(await uploads.open('f'), 'g')).rejects.toMatchObject({ code: 'data/no-file' })
  })
})

describe('a clean name', () => {
  it.each([
    ['C:\\Users\\Ann\\mail.csv', 'mail.csv'],
    ['what: is <this>?.csv', 'what_ is _this_.csv'],
    ['.hidden', 'hidden'],
    ['ends with dots... ', 'ends with dots'],
    ['con.csv', '_con.csv'],
    ['LPT1', '_LPT1'],
    ['console.csv', 'console.csv'],
    ['???', '_'],
    ['.', 'file'],
  ])('of %s is %s', (name, clean) => {
    expect(cleanName(name)).toBe(clean)
  })

  it('is a name that any disk takes, and keeps its ending', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('好', '😀', 'é', 'a', '.', ' '), maxLength: 300 }),
    )
    fc.assert(
      fc.property(name, (text) => {
        const clean = cleanName(`${text}x.csv`)
        expect(clean).toMatch(/x\.csv$/)
        expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(200)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toMatch(/[\p{Cc}<>:"|?*/\\]|^[. ]/u)
        expect(cleanName(clean)).toBe(clean)
      }),
    )
  })
})
