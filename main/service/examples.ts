// Reads a version's rows as examples, in chunks, so that nothing waits for a large table.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../contract/errors/index.ts'
import type { SplitRows } from '../contract/records.ts'
import type { Example, Split, TaskName } from '../contract/settings.ts'
import type { Store } from '../engine/store/store.ts'
import { taskOf } from '../engine/task/index.ts'

export interface ExampleColumns {
  readonly dataset: number
  readonly version: number
  readonly text: string
  readonly label: string
  /** What the text asks about; '' where the task has no such column. */
  readonly context?: string
  readonly task?: TaskName
}

const CHUNK = 1000

/** All rows that have a text and a label, in order. Errors: 'store/missing', 'run/no-column'. */
export async function loadExamples(store: Store, source: ExampleColumns): Promise<Example[]> {
  const { dataset, version, text, label, context = '' } = source
  const { textOf } = taskOf(source)
  const record = await store.datasets.byId(dataset)
  if (!record) throw studioError('store/missing', 'data set', String(dataset))
  const column = (name: string): number => {
    const at = record.columns.indexOf(name)
    if (at < 0) throw studioError('run/no-column', record.name, name, record.columns)
    return at
  }
  const [textAt, labelAt] = [column(text), column(label)]
  const contextAt = context === '' ? -1 : column(context)
  const examples: Example[] = []
  for (let after = -1; ;) {
    const page = await store.rows.page(dataset, version, after, CHUNK)
    for (const { row, cells, state } of page) {
      if (state !== 'used') continue
      const words = cells[textAt] ?? ''
      const example = {
        row,
        text: words.trim() === '' ? '' : textOf(words, cells[contextAt] ?? ''),
        label: (cells[labelAt] ?? '').trim(),
      }
      if (example.text.trim() !== '' && example.label !== '') examples.push(example)
    }
    const last = page.at(-1)
    if (page.length < CHUNK || !last) return examples
    after = last.row
    await setImmediate()
  }
}

/** The parts of a split as the store keeps them. */
export const splitRows = (split: Split): SplitRows => ({
  train: split.train.map(({ row }) => row),
  validation: split.validation.map(({ row }) => row),
  heldOut: split.heldOut.map(({ row }) => row),
})

/** The same split again from its row numbers. */
export function splitExamples(examples: readonly Example[], rows: SplitRows): Split {
  const byRow = new Map(examples.map((example) => [example.row, example]))
  const pick = (numbers: readonly number[]) => numbers.flatMap((row) => byRow.get(row) ?? [])
  return { train: pick(rows.train), validation: pick(rows.validation), heldOut: pick(rows.heldOut) }
}
