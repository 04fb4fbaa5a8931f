// The texts that runs have learned from: a table that they answer may have them, too.
import type { RunRecord } from '../../contract/records.ts'
import { textKey } from '../../engine/data/text-key.ts'
import type { Tables } from '../../engine/store/store.ts'
import { type ExampleColumns, loadSplit } from '../data/examples.ts'

type Store = Pick<Tables, 'datasets' | 'rows' | 'runs' | 'tasks'>

/** Keys of a run's texts, however these are spaced and capitalised: those of its training set, and of others where named. */
export async function keysOf(
  store: Store,
  { id, task: number, dataset, version }: RunRecord,
  sets: readonly ('train' | 'validation')[],
): Promise<number[]> {
  const task = await store.tasks.byId(number)
  if (!task) return []
  const { textColumn: text, labelColumn: label, contextColumn: context, kind } = task
  const split = await store.runs.split(id)
  const rows = { train: sets.flatMap((set) => split[set]), validation: [], test: [] }
  const { train } = await loadSplit(store, { dataset, version, text, label, context, task: kind }, rows)
  return train.map((example) => textKey(example.text))
}

/** The rows of a table whose texts none of the runs was tuned or calibrated on. */
export async function unseenRows<T extends { readonly row: number }>(
  store: Store,
  runs: readonly RunRecord[],
  table: ExampleColumns,
  rows: readonly T[],
): Promise<T[]> {
  const seen = new Set((await Promise.all(runs.map((run) => keysOf(store, run, ['train', 'validation'])))).flat())
  const split = { train: rows.map(({ row }) => row), validation: [], test: [] }
  const { train } = await loadSplit(store, table, split)
  const learned = new Set(train.filter(({ text }) => seen.has(textKey(text))).map(({ row }) => row))
  return rows.filter(({ row }) => !learned.has(row))
}
