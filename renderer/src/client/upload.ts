// Files and folders that were dropped or chosen, as grants for the service's calls.
import { FILE_PIECE, type Grant } from '../../../main/contract/methods/host.ts'
import type { Brought } from './brought.ts'
import { bridge } from './host.ts'
import { studio } from './studio.ts'

interface UploadOptions {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** The grant of the file. A browser does not say where it lies, so there the file is uploaded in pieces. */
export async function grantOfFile(file: File, options: UploadOptions): Promise<Grant> {
  const granted = await bridge?.grantOf(file)
  if (granted) return granted.grant
  const { file: id } = await studio.call('files.open', { name: file.name }, { signal: options.signal })
  await send(id, file, options)
  return (await studio.call('files.close', { file: id }, { signal: options.signal })).grant
}

/** The grant of a table: the first file, with those that say something of it. On disk they lie beside it already. */
export async function grantOfTable(files: Brought, options: UploadOptions): Promise<Grant> {
  const [table, ...others] = files
  const granted = others.length > 0 ? await bridge?.grantOf(table) : undefined
  if (granted) return granted.grant
  return others.length > 0 ? grantOfFolder(table.name, files, options) : grantOfFile(table, options)
}

/** The grant of a folder, whose files are uploaded one behind the other. */
export async function grantOfFolder(
  name: string,
  files: readonly File[],
  { signal, onProgress }: UploadOptions,
): Promise<Grant> {
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const { file: id } = await studio.call('files.open', { name, folder: true }, { signal })
  let before = 0
  for (const file of files) {
    await studio.call('files.next', { file: id, name: file.name }, { signal })
    const start = before
    const report = (done: number): void => {
      onProgress(start + done, total)
    }
    await send(id, file, { signal, onProgress: report })
    before += file.size
  }
  return (await studio.call('files.close', { file: id }, { signal })).grant
}

async function send(id: number, file: File, { signal, onProgress }: UploadOptions): Promise<void> {
  for (let at = 0; at < file.size; at += FILE_PIECE) {
    signal.throwIfAborted()
    const bytes = new Uint8Array(await file.slice(at, at + FILE_PIECE).arrayBuffer())
    await studio.call('files.write', { file: id, bytes }, { signal })
    onProgress(Math.min(at + FILE_PIECE, file.size), file.size)
  }
}
