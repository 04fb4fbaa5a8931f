// What a person brings in at once: one file; a table with files that name its labels; or a folder that holds those.
import { labelFiles, tablesAmong } from '../../../main/contract/kinds.ts'
import { t } from '../strings/index.ts'
import { bridge } from './host.ts'

/** A file, and where it is a table, those that came with it and name its labels. */
export type Brought = readonly [File, ...File[]]

/** Models and prompts, whose files are no tables though some are JSON. */
const isOther = ({ name }: File): boolean => /\.(gguf|safetensors|softprompt|zip)$/i.test(name)

/** The table first, then what names its labels; of other files the first. Error: where there are several tables. */
export function arranged(files: readonly File[]): Brought | undefined {
  const [first] = files
  if (!first) return undefined
  if (files.length === 1 || files.some(isOther)) return [first]
  const tables = tablesAmong(files.map(({ name }) => name))
  if (tables.length > 1) throw new Error(t.common.severalTables(tables.join(', ')))
  const table = files.find(({ name }) => name === tables[0])
  return table ? [table, ...files.filter(({ name }) => labelFiles.some((file) => file === name))] : [first]
}

/** Call it while the drop is handled: what lies in the transfer is gone after that. */
export async function broughtBy(transfer: DataTransfer): Promise<Brought | undefined> {
  const files = [...transfer.files]
  const folder = [...transfer.items].map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory)
  if (folder && files.length > 1) throw new Error(t.common.severalFolders)
  // Where the host knows paths, a folder is granted as a whole.
  if (!folder || bridge) return arranged(files)
  const within = await entriesOf(folder as FileSystemDirectoryEntry)
  const data = within.find(({ isDirectory, name }) => isDirectory && name === 'data')
  const deeper = data ? await entriesOf(data as FileSystemDirectoryEntry) : []
  const found = (some: readonly FileSystemEntry[]) => some.filter(({ isFile }) => isFile) as FileSystemFileEntry[]
  const tablesOf = (some: readonly FileSystemEntry[]) => tablesAmong(some.map(({ name }) => name))
  const own = found(within)
  const others = found(deeper).filter(({ name }) => !own.some((each) => each.name === name))
  const all = tablesOf(own).length > 0 ? own : [...own, ...others]
  const tables = tablesOf(all)
  if (tables.length === 0) throw new Error(t.common.noTable(folder.name))
  const wanted = all.filter(({ name }) => [...tables, ...labelFiles].includes(name))
  return arranged(await Promise.all(wanted.map(fileOf)))
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })

/** Browsers give them some at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}
