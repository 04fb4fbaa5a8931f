// Puts finished files in their place, never over a file of another origin.
import { link, rename, rm, stat } from 'node:fs/promises'

/** Gives a finished file its name, on the same disk. Error: the system's EEXIST where something has that name already. */
export async function moveToNew(part: string, path: string): Promise<void> {
  try {
    // Unlike a rename, a link never replaces.
    await link(part, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw error
    // Some disks have no links, such as FAT's.
    if (await stat(path).catch(() => undefined)) throw Object.assign(new Error('exists'), { code: 'EEXIST' })
    await rename(part, path)
    return
  }
  await rm(part)
}
