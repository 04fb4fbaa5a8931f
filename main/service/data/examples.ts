// Reads a version's rows as examples, in chunks, so that nothing waits for a large table.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { SplitRows, SplitSizes } from '../../contract/records.ts'
import type { Example, Split } from '../../contract/settings.ts'
import type { Tables } from '../../engine/store/store.ts'
import { rowReader, type TaskColumns } from './row-text.ts'

export interface ExampleColumns extends TaskColumns {
  readonly dataset: number
  readonly version: number
}

const CHUNK = 1000

type Rows = Pick<Tables, 'datasets' | 'rows'>

/** Turns rows into examples. Errors: 'store/missing', 'run/no-column'. */
async function exampleReader(store: Rows, source: ExampleColumns): Promise<ReturnType<typeof rowReader>> {
  const { dataset, text, label, context = '' } = source
  const record = await store.datasets.byId(dataset)
  if (!record) throw studioError('store/missing', 'data set', String(dataset))
  for (const name of [text, label, ...(context === '' ? [] : [context])])
    if (!record.columns.includes(name)) throw studioError('run/no-column', record.name, name, record.columns)
  return rowReader(record.columns, source)
}

/** All rows that have a text and a label, in order. Errors: 'store/missing', 'run/no-column'. */
export async function loadExamples(store: Rows, source: ExampleColumns): Promise<Example[]> {
  const { dataset, version } = source
  const read = await exampleReader(store, source)
  const examples: Example[] = []
  for (let after = -1; ;) {
    const page = await store.rows.page(dataset, version, after, CHUNK)
    for (const { row, cells, state } of page) {
      if (state !== 'used') continue
      const example = read(cells)
      if (example.text.trim() !== '' && example.label !== '') examples.push({ row, ...example })
    }
    const last = page.at(-1)
    if (page.length < CHUNK || !last) return examples
    after = last.row
    await setImmediate()
  }
}

/** The parts of a split, each made into something else. */
function mapped<T, U>(split: Parts<T>, of: (rows: readonly T[]) => U): MappedParts<U> {
  const { train, validation, test, folds } = split
  return {
    train: of(train),
    validation: of(validation),
    test: of(test),
    ...(folds ? { folds: folds.map(of) } : {}),
  }
}

interface MappedParts<U> {
  readonly train: U
  readonly validation: U
  readonly test: U
  readonly folds?: readonly U[]
}

type Parts<T> = MappedParts<readonly T[]>

/** The sets of a split as the store has them: row numbers. */
export const splitRows = (split: Split): SplitRows => mapped(split, (rows) => rows.map(({ row }) => row))

/** How many rows each part has. */
export function sizesOf(split: Parts<unknown>): SplitSizes {
  const { folds, ...sizes } = mapped(split, ({ length }) => length)
  return { ...sizes, ...(folds ? { folds: folds.length } : {}) }
}

/** The examples of a split, read by their row numbers. Errors: 'store/missing', 'run/no-column'. */
export async function loadSplit(store: Rows, source: ExampleColumns, split: SplitRows): Promise<Split> {
  const read = await exampleReader(store, source)
  const pick = async (numbers: readonly number[]): Promise<Example[]> => {
    const examples: Example[] = []
    for (let at = 0; at < numbers.length; at += CHUNK) {
      const wanted = numbers.slice(at, at + CHUNK)
      const found = await store.rows.read(source.dataset, source.version, wanted)
      const byRow = new Map(found.map(({ row, cells }) => [row, { row, ...read(cells) }]))
      examples.push(...wanted.flatMap((row) => byRow.get(row) ?? []))
      await setImmediate()
    }
    return examples
  }
  const all = await pick([...new Set([...split.train, ...split.validation, ...split.test])])
  return splitFromRows(all, split)
}

/** The same split again from its row numbers. */
export function splitFromRows(examples: readonly Example[], rows: SplitRows): Split {
  const byRow = new Map(examples.map((example) => [example.row, example]))
  return mapped(rows, (numbers) => numbers.flatMap((row) => byRow.get(row) ?? []))
}
