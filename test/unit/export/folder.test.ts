// An exported folder replaces an earlier export alone, and never before the new one is in its place.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeFolder } from '../../../main/engine/export/folder.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const files = { 'softprompt.json': '{}', 'README.md': 'a card' }
const bundle = { 'Mail.softprompt': Uint8Array.of(1, 2, 3) }

/** Every file below the folder with its content. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  )

/** An exported folder, to which something has happened. */
async function exported(change: (folder: string) => void = () => undefined): Promise<string> {
  const folder = join(temporaryFolder(), 'prompt')
  await writeFolder(folder, files)
  change(folder)
  return folder
}

describe('a folder with more than an earlier export', () => {
  const strange: readonly (readonly [string, string, (folder: string) => void])[] = [
    [
      'a file of its owner',
      'export/foreign-file',
      (folder) => {
        writeFileSync(join(folder, 'notes.txt'), 'mine')
      },
    ],
    [
      'a repository',
      'export/foreign-file',
      (folder) => {
        mkdirSync(join(folder, '.git'))
      },
    ],
    [
      'a changed file',
      'export/changed-file',
      (folder) => {
        writeFileSync(join(folder, 'README.md'), 'my words')
      },
    ],
    [
      'a link in the place of a file',
      'export/changed-file',
      (folder) => {
        rmSync(join(folder, 'README.md'))
        symlinkSync('/etc/hostname', join(folder, 'README.md'))
      },
    ],
    [
      'a folder in the place of a file',
      'export/changed-file',
      (folder) => {
        rmSync(join(folder, 'README.md'))
        mkdirSync(join(folder, 'README.md'))
      },
    ],
    [
      'no manifest',
      'export/not-empty',
      (folder) => {
        rmSync(join(folder, '.softprompt-export.json'))
      },
    ],
  ]
  it.each(strange)('%s: it is refused, and left as it is', async (_what, code, change) => {
    const folder = await exported(change)
    const before = readdirSync(folder, { recursive: true })
    await expect(writeFolder(folder, files)).rejects.toMatchObject({ code })
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
    expect(readdirSync(join(folder, '..'))).toEqual(['prompt'])
  })

  it('a file named like one of an export makes no folder an export', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'Documents'))
    writeFileSync(join(folder, 'Documents', 'thesis.txt'), 'years of work')
    writeFileSync(join(folder, 'softprompt.json'), '{}')
    writeFileSync(
      join(folder, '.softprompt-export.json'),
      JSON.stringify({ softpromptExport: 1, files: { 'softprompt.json': '' } }),
    )
    const before = contents(folder)
    await expect(writeFolder(folder, files)).rejects.toMatchObject({ code: 'export/foreign-file' })
    expect(contents(folder)).toEqual(before)
  })

  it('a prompt file does not replace an export for other software, nor another prompt file', async () => {
    const folder = await exported()
    const before = contents(folder)
    await expect(writeFolder(folder, bundle)).rejects.toMatchObject({ code: 'export/not-empty' })
    expect(contents(folder)).toEqual(before)
    const other = join(temporaryFolder(), 'other')
    await writeFolder(other, bundle)
    await expect(writeFolder(other, { 'Support.softprompt': Uint8Array.of(4) })).rejects.toMatchObject({
      code: 'export/not-empty',
    })
    await writeFolder(other, { 'Mail.softprompt': Uint8Array.of(5) })
    expect(readFileSync(join(other, 'Mail.softprompt'))[0]).toBe(5)
  })
})

describe('an export that cannot be completed', () => {
  it('leaves the earlier one whole', async () => {
    const folder = await exported()
    const before = contents(folder)
    // The second name cannot be written.
    await expect(writeFolder(folder, { 'softprompt.json': 'new', 'a/b': '' })).rejects.toMatchObject({
      code: 'export/cannot-write',
    })
    expect(contents(folder)).toEqual(before)
    expect(readdirSync(join(folder, '..'))).toEqual(['prompt'])
  })

  it('leaves an empty folder empty, and no folder where there was none', async () => {
    const within = temporaryFolder()
    mkdirSync(join(within, 'empty'))
    for (const name of ['empty', 'new'])
      await expect(writeFolder(join(within, name), { one: '1', 'a/b': '' })).rejects.toMatchObject({
        code: 'export/cannot-write',
      })
    expect(readdirSync(join(within, 'empty'))).toEqual([])
    expect(existsSync(join(within, 'new'))).toBe(false)
  })
})

describe.skipIf(process.platform === 'win32')('what is written', () => {
  it('has the permissions that new files have, and an empty folder keeps its own', async () => {
    const mask = process.umask(0o022)
    onTestFinished(() => void process.umask(mask))
    const folder = await exported()
    expect(statSync(folder).mode & 0o777).toBe(0o755)
    expect(statSync(join(folder, 'README.md')).mode & 0o777).toBe(0o644)
    const empty = temporaryFolder()
    chmodSync(empty, 0o750)
    await writeFolder(empty, files)
    expect(statSync(empty).mode & 0o777).toBe(0o750)
  })

  it('goes through a link to the folder, which stays a link', async () => {
    const folder = await exported()
    const link = join(folder, '..', 'link')
    symlinkSync(folder, link)
    await writeFolder(`${link}/`, { ...files, 'README.md': 'new' })
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('new')
    expect(readdirSync(join(folder, '..')).sort()).toEqual(['link', 'prompt'])
  })
})
