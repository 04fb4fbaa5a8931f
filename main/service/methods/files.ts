// Methods files.*: a file that a window hands over in pieces.
import type { Methods } from '../context.ts'

export const fileMethods: Pick<Methods, `files.${'open' | 'write' | 'close'}`> = {
  'files.open': async ({ uploads }, { name }) => ({ file: await uploads.open(name) }),
  'files.write': async ({ uploads }, { file, bytes }) => {
    await uploads.write(file, bytes)
    return null
  },
  'files.close': async ({ uploads }, { file }) => ({ path: await uploads.close(file) }),
}
