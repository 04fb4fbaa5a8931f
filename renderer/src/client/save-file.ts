// Files that the service writes for a person: where they say by the host's dialog, or into their browser's downloads.
import type { Grant } from '../../../main/contract/methods/host.ts'
import type { CallOptions } from '../../../main/contract/service.ts'
import { download } from '../ui/save.ts'
import { studio } from './studio.ts'

export interface Saved<T> {
  /** What `write` gave. */
  readonly written: T
  /** The file's name. */
  readonly name: string
  /** Whether the browser has it among its downloads. */
  readonly downloaded: boolean
}

/** `write` lets the service write the file at the place that it is given. Undefined where the person chooses no place. */
export async function saveFile<T>(
  suggested: string,
  options: CallOptions,
  write: (path: Grant) => Promise<T>,
): Promise<Saved<T> | undefined> {
  const { chooses } = await studio.call('host.ways', {}, options)
  if (!chooses) {
    const { grant, name, address } = await studio.call('files.place', { name: suggested }, options)
    const written = await write(grant)
    download(address, name)
    return { written, name, downloaded: true }
  }
  const granted = await studio.call('host.choose', { use: 'save', suggested }, options)
  return granted ? { written: await write(granted.grant), name: granted.name, downloaded: false } : undefined
}
