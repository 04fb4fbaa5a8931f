// Names of labels that a table stores as numbers, from the file that the Hugging Face library writes beside it.
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { type Feature, fieldsOf } from './formats/parquet/features.ts'
import type { OpenedTable, TableChunk } from './formats/format.ts'
import { listOf } from '../../contract/words/counts.ts'

/** Source: datasets, info.py; `dataset_infos.json` holds one description for each configuration. */
const files = ['dataset_info.json', 'dataset_infos.json'] as const
const maxBytes = 4 << 20

const described = v.looseObject({ features: v.record(v.string(), v.unknown()) })
const infos = v.union([
  v.pipe(
    described,
    v.transform((one) => [one]),
  ),
  v.pipe(
    v.record(v.string(), described),
    v.transform((all) => Object.values(all)),
  ),
])

export interface LabelNames {
  /** The file that gives them. */
  readonly file: string
  /** By the place of their column: a number's name. */
  readonly names: ReadonlyMap<number, readonly string[]>
}

/** Undefined where no such file stands beside the table, or it names no labels of these columns. */
export async function labelNamesBeside(path: string, columns: readonly string[]): Promise<LabelNames | undefined> {
  for (const file of files)
    for (const { features } of await readInfos(join(dirname(path), file))) {
      const found = namesIn(columns, fieldsOf(features, 0))
      if (found.size > 0) return { file, names: found }
    }
  return undefined
}

async function readInfos(path: string): Promise<v.InferOutput<typeof infos>> {
  try {
    const { size } = await stat(path)
    return size > maxBytes ? [] : v.parse(infos, JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // Few tables have such a file, and one of another kind has nothing to say here.
    return []
  }
}

const namesIn = (
  columns: readonly string[],
  features: Readonly<Record<string, Feature>>,
): Map<number, readonly string[]> =>
  new Map(
    columns.flatMap((column, at) => {
      const names = Object.hasOwn(features, column) ? features[column]?.names : undefined
      return names ? [[at, names] as const] : []
    }),
  )

interface Nameable extends Pick<OpenedTable, 'columns' | 'chunks'> {
  readonly taken: { readonly notes: readonly string[] }
}

/** The table with names for numbers; a cell that is none of the numbers stays, and -1, which stands for none, is empty. */
export function withLabelNames<T extends Nameable>(table: T, { file, names }: LabelNames): T {
  const columns = [...names.keys()].map((at) => table.columns[at] ?? '')
  const note = `Numbers in ${listOf(columns)} are shown by the names that ${file}, beside the file, gives them.`
  const named = (cell: string, at: number): string => {
    const known = names.get(at)
    if (!known || !/^\s*(-1|\d+)(\.0)?\s*$/.test(cell)) return cell
    return Number(cell) === -1 ? '' : (known[Number(cell)] ?? cell)
  }
  async function* chunks(): AsyncGenerator<TableChunk> {
    for await (const chunk of table.chunks())
      yield { ...chunk, rows: chunk.rows.map(({ row, cells }) => ({ row, cells: cells.map(named) })) }
  }
  return { ...table, chunks, taken: { ...table.taken, notes: [...table.taken.notes, note] } }
}
