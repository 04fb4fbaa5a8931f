// Writes an export's folder completely or not at all, and replaces nothing but an earlier export that nobody has touched.
import { createHash, randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import {
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as v from 'valibot'
import { causeOf } from '../../contract/errors/causes.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { CopyOf, FolderFiles } from './format.ts'

/** Names the files of the export and their SHA-256: what it names, and nothing else, may be replaced. */
const manifestName = '.softprompt-export.json'
const manifestOf = v.object({ softpromptExport: v.literal(1), files: v.record(v.string(), v.string()) })

/**
 * Makes `folder` of the files; an earlier export of the same kind there is replaced once the new one is complete, unless
 * something was added to it or changed. Errors: 'export/not-empty', 'export/foreign-file', 'export/changed-file',
 * 'export/cannot-write'.
 */
export async function writeFolder(folder: string, files: FolderFiles): Promise<string[]> {
  try {
    const target = await realpath(resolve(folder)).catch(() => resolve(folder))
    const earlier = await earlierExport(target, files)
    if (earlier === 'empty') await fill(target, files)
    else await replace(target, files, earlier)
  } catch (error) {
    if (error instanceof StudioError) throw error
    throw studioError('export/cannot-write', folder, causeOf(error))
  }
  return Object.keys(files)
}

/** Names of the export that lies in the folder; 'empty' for an empty folder, undefined where there is none. */
async function earlierExport(folder: string, files: FolderFiles): Promise<readonly string[] | 'empty' | undefined> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (!entries) return undefined
  if (entries.length === 0) return 'empty'
  const known = await readManifest(folder)
  if (!known || !Object.keys(files).some((name) => name in known)) throw studioError('export/not-empty', folder)
  for (const name of entries) {
    if (name === manifestName) continue
    if (!Object.hasOwn(known, name)) throw studioError('export/foreign-file', folder, name)
    const path = join(folder, name)
    const isSame = (await lstat(path)).isFile() && (await sha256Of({ copyOf: path })) === known[name]
    if (!isSame) throw studioError('export/changed-file', folder, name)
  }
  return entries
}

async function readManifest(folder: string): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return v.parse(manifestOf, JSON.parse(await readFile(join(folder, manifestName), 'utf8'))).files
  } catch {
    // Whatever it is, it was not written here.
    return undefined
  }
}

async function sha256Of(content: Uint8Array | string | CopyOf): Promise<string> {
  const hash = createHash('sha256')
  if (!isCopy(content)) return hash.update(content).digest('hex')
  for await (const part of createReadStream(content.copyOf, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  return hash.digest('hex')
}

const isCopy = (content: Uint8Array | string | CopyOf): content is CopyOf =>
  typeof content === 'object' && 'copyOf' in content

/** Writes a file that is not there yet, and brings it to disk. */
async function put(path: string, content: Uint8Array | string | CopyOf): Promise<void> {
  if (!isCopy(content)) return writeFile(path, content, { flag: 'wx', flush: true })
  await copyFile(content.copyOf, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  const file = await open(path, 'r+')
  await file.datasync().finally(() => file.close())
}

/** Writes the files and their manifest; on an error those that it has written are removed. */
async function fill(folder: string, files: FolderFiles): Promise<void> {
  const hashes: Record<string, string> = {}
  for (const [name, content] of Object.entries(files)) hashes[name] = await sha256Of(content)
  const manifest = `${JSON.stringify({ softpromptExport: 1, files: hashes }, null, 2)}\n`
  const written: string[] = []
  try {
    for (const [name, content] of [...Object.entries(files), [manifestName, manifest] as const]) {
      await put(join(folder, name), content)
      written.push(name)
    }
  } catch (error) {
    for (const name of written) await rm(join(folder, name), { force: true })
    throw error
  }
}

/** Puts a complete new folder in the place of the earlier one, which is there until then. */
async function replace(folder: string, files: FolderFiles, earlier: readonly string[] | undefined): Promise<void> {
  const key = randomBytes(4).toString('hex')
  const [fresh, old] = [`${folder}.new-${key}`, `${folder}.old-${key}`]
  await mkdir(dirname(folder), { recursive: true })
  await mkdir(fresh)
  try {
    await fill(fresh, files)
    if (!earlier) {
      await rename(fresh, folder)
      return
    }
    await rename(folder, old)
    await rename(fresh, folder).catch(async (error: unknown) => {
      await rename(old, folder)
      throw error
    })
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
  for (const name of earlier) await unlink(join(old, name))
  // What somebody has put in meanwhile stays where it is.
  await rmdir(old).catch(() => undefined)
}
