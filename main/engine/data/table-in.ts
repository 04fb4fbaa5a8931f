// The table in a folder, as a data set from the Hugging Face Hub is one: beside its README, or in its folder "data".
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { tablesAmong } from '../../contract/kinds.ts'

/** The path of a folder's one table; any other path as it is. Errors: 'data/no-table', 'data/several-tables'. */
export async function tableIn(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  // What is not there is refused where it is read.
  if (!found?.isDirectory()) return path
  for (const folder of [path, join(path, 'data')]) {
    const files = await readdir(folder, { withFileTypes: true }).catch(() => [])
    const tables = tablesAmong(files.filter((file) => file.isFile()).map(({ name }) => name)).toSorted()
    if (tables.length > 1) throw studioError('data/several-tables', basename(path), tables)
    if (tables[0] !== undefined) return join(folder, tables[0])
  }
  throw studioError('data/no-table', basename(path))
}
