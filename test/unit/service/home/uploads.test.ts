// Files that a window hands over in pieces: whole, apart from each other, and under a name that any disk takes.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cleanName, createUploads } from '../../../../main/service/home/uploads.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start(cache = temporaryFolder()) {
  const uploads = await createUploads({ cache })
  onTestFinished(() => uploads.end())
  return { cache, uploads }
}

describe('a file that is handed over', () => {
  it('has every piece, one behind the other, under its own name', async () => {
    const { uploads } = await start()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 }), async (pieces) => {
        const file = await uploads.open('mail.csv')
        for (const piece of pieces) await uploads.write(file, piece)
        const path = await uploads.close(file)
        expect(basename(path)).toBe('mail.csv')
        expect(readFileSync(path).equals(Buffer.concat(pieces))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('keeps apart from another of the same name that comes meanwhile', async () => {
    const { uploads } = await start()
    const [one, two] = [await uploads.open('a.csv'), await uploads.open('a.csv')]
    await uploads.write(one, Buffer.from('first'))
    await uploads.write(two, Buffer.from('second'))
    const paths = [await uploads.close(one), await uploads.close(two)]
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['first', 'second'])
  })

  it('cannot be written to, or closed, when it is not open', async () => {
    const { uploads } = await start()
    const file = await uploads.open('a.csv')
    await uploads.close(file)
    for (const gone of [file, 99]) {
      await expect(uploads.write(gone, Buffer.from('x'))).rejects.toMatchObject({ code: 'data/no-file' })
      await expect(uploads.close(gone)).rejects.toMatchObject({ code: 'data/no-file' })
    }
  })

  it('is gone at the next start, whether it was whole or not; other files are not', async () => {
    const { cache, uploads } = await start()
    writeFileSync(join(cache, 'kept'), 'kept')
    await uploads.close(await uploads.open('whole.csv'))
    await uploads.open('half.csv')
    await uploads.end()
    expect(readdirSync(join(cache, 'uploads'))).toHaveLength(2)
    await start(cache)
    expect(readdirSync(cache)).toEqual(['kept'])
  })

  it('stays in the studio’s folder, whatever its name', async () => {
    const { cache, uploads } = await start()
    for (const name of ['../../escaped.csv', '/etc/passwd', '..\\..\\escaped.csv', '..', '']) {
      const path = await uploads.close(await uploads.open(name))
      expect(dirname(dirname(path))).toBe(join(cache, 'uploads'))
    }
    expect(existsSync(join(cache, '../escaped.csv'))).toBe(false)
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
