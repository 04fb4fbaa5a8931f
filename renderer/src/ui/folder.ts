// Saves files into a folder that the user chooses, where the browser has a folder dialog.
type Picker = (options: { readonly id: string; readonly mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>

const picker = (): Picker | undefined => (window as { readonly showDirectoryPicker?: Picker }).showDirectoryPicker

export const canChooseFolder = (): boolean => picker() !== undefined

/**
 * Writes the files into a new folder of that name within the chosen one and returns its path from there; undefined if
 * the user chose none. Errors: DOMException where the folder cannot be written to.
 */
export async function saveIntoFolder(
  name: string,
  files: readonly { readonly name: string; readonly content: Uint8Array }[],
): Promise<string | undefined> {
  const chosen = await picker()?.({ id: 'export', mode: 'readwrite' }).catch(unlessAborted)
  if (!chosen) return undefined
  const folder = await newFolder(chosen, name)
  for (const { name: file, content } of files) {
    const writable = await (await folder.getFileHandle(file, { create: true })).createWritable()
    await writable.write(Uint8Array.from(content))
    await writable.close()
  }
  return `${chosen.name}/${folder.name}`
}

function unlessAborted(error: unknown): undefined {
  if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
}

/** An unused name: "Mail", or "Mail 2" if "Mail" exists already. */
async function newFolder(within: FileSystemDirectoryHandle, name: string): Promise<FileSystemDirectoryHandle> {
  const taken = new Set<string>()
  for await (const entry of within.keys()) taken.add(entry)
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name} ${String(n)}`
  return within.getDirectoryHandle(free, { create: true })
}
