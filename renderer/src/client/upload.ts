// A file that was dropped or chosen, as a path that the service can read.
import { bridge } from './host.ts'
import { studio } from './studio.ts'

/** Bytes of one piece: the maximum that the contract takes. */
const PIECE = 1 << 20

interface UploadOptions {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** The path of the file. A browser does not reveal it, so there the file is uploaded in pieces. */
export async function pathOfFile(file: File, { signal, onProgress }: UploadOptions): Promise<string> {
  const path = bridge?.pathOf(file) ?? ''
  // Pasted text has no file and therefore no path.
  if (path !== '') return path
  const { file: id } = await studio.call('files.open', { name: file.name }, { signal })
  for (let at = 0; at < file.size; at += PIECE) {
    signal.throwIfAborted()
    const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer())
    await studio.call('files.write', { file: id, bytes }, { signal })
    onProgress(Math.min(at + PIECE, file.size), file.size)
  }
  return (await studio.call('files.close', { file: id }, { signal })).path
}
