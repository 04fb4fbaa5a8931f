// Writes an export's folder completely or not at all, and never over files of another origin.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { Files } from './format.ts'

/** A file of every exported folder: it marks a folder that may be replaced. */
const marker = 'softprompt.json'

/** Makes `folder` of the files; an earlier export there is replaced. Errors: 'export/not-empty', 'export/cannot-write'. */
export async function writeFolder(folder: string, files: Files): Promise<string[]> {
  const existing = await readdir(folder).catch((): string[] => [])
  if (existing.length > 0 && !existing.includes(marker)) throw studioError('export/not-empty', folder)
  try {
    await mkdir(dirname(folder), { recursive: true })
    const fresh = await mkdtemp(`${folder}.new-`)
    try {
      for (const [name, content] of Object.entries(files)) await writeFile(join(fresh, name), content)
      await rm(folder, { recursive: true, force: true })
      await rename(fresh, folder)
    } finally {
      await rm(fresh, { recursive: true, force: true })
    }
  } catch (error) {
    throw studioError('export/cannot-write', folder, error instanceof Error ? error.message : String(error))
  }
  return Object.keys(files)
}
