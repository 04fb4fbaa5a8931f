// An export as one zip file, for hosts that cannot receive a folder.
import { strToU8, zipSync } from 'fflate'
import type { Files } from './format.ts'

/** A zip of the files, all with the same time: the same export gives the same bytes. */
export const zipped = (files: Files): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? strToU8(content) : content]),
    ),
    { mtime: new Date('2000-01-01T00:00:00') },
  )
