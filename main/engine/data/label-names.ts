// Names of labels that a table stores as numbers, from the files that the Hugging Face library writes beside it.
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'
import { labelFiles } from '../../contract/kinds.ts'
import { listOf } from '../../contract/words/counts.ts'
import { type Feature, fieldsOf } from './formats/parquet/features.ts'
import type { OpenedTable, TableChunk } from './formats/format.ts'
import { type DescribedColumns, describedIn } from './readme.ts'

const maxBytes = 4 << 20

const described = v.looseObject({ config_name: v.optional(v.string()), features: v.record(v.string(), v.unknown()) })

/** Of one configuration, or of several by their names. Source: datasets, info.py. */
function infosIn(json: string): readonly DescribedColumns[] {
  const value: unknown = JSON.parse(json)
  const one = v.safeParse(described, value)
  const all = one.success ? { default: one.output } : v.parse(v.record(v.string(), described), value)
  return Object.entries(all).map(([config, { features }]) => ({ config, features: fieldsOf(features, 0) }))
}

type Reader = (text: string) => readonly DescribedColumns[] | Promise<readonly DescribedColumns[]>

const readers: Readonly<Record<(typeof labelFiles)[number], Reader>> = {
  'dataset_info.json': infosIn,
  'dataset_infos.json': infosIn,
  'README.md': describedIn,
}

export interface LabelNames {
  /** The file that gives them, and where it lies. */
  readonly file: string
  /** By the place of their column: a number's name. */
  readonly names: ReadonlyMap<number, readonly string[]>
}

/**
 * From a file beside the table or, as repositories keep tables in a folder, in the folder above. Undefined where none names
 * labels of these columns, or configurations name them differently.
 */
export async function labelNamesBeside(path: string, columns: readonly string[]): Promise<LabelNames | undefined> {
  const folder = dirname(path)
  for (const [place, where] of [
    [folder, 'beside the file'],
    [dirname(folder), 'in the folder above the file'],
  ] as const)
    for (const file of labelFiles) {
      const found = (await readInfos(join(place, file), readers[file])).flatMap(({ config, features }) => {
        const names = namesIn(columns, features)
        return names.size > 0 ? [{ config, names }] : []
      })
      const names = agreed(found, basename(folder))
      if (names) return { file: `${file}, ${where},`, names }
    }
  return undefined
}

/** Beside a copy of the table this gives it the same names, whatever file they came from. */
export const infoFile = 'dataset_info.json' satisfies (typeof labelFiles)[number]

/** The content of `infoFile`. */
export const infoOf = (columns: readonly string[], { names }: LabelNames): string =>
  JSON.stringify({
    features: Object.fromEntries(
      [...names].map(([at, own]) => [columns[at] ?? '', { _type: 'ClassLabel', names: own }]),
    ),
  })

interface Named extends Pick<LabelNames, 'names'> {
  readonly config: string
}

/** The names on which all configurations agree, or those of the one that the table's folder is called by. */
function agreed(found: readonly Named[], folder: string): LabelNames['names'] | undefined {
  const different = new Set(found.map(({ names }) => JSON.stringify([...names])))
  return (different.size === 1 ? found[0] : found.find(({ config }) => config === folder))?.names
}

async function readInfos(path: string, read: Reader): Promise<readonly DescribedColumns[]> {
  try {
    const { size } = await stat(path)
    return size > maxBytes ? [] : await read(await readFile(path, 'utf8'))
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
  const note = `Numbers in ${listOf(columns)} are shown by the names that ${file} gives them.`
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
