// Puts answered texts into a data set as a new version: as new rows, or where they came in before, as another answer.
import { putWords } from '../../contract/words/counts.ts'
import type { Store } from '../../engine/store/store.ts'
import type { ServiceContext } from '../context.ts'
import { findDataset } from '../lookup.ts'
import { type EditRows, planEdit } from './edits.ts'

/** Rows that are looked at at once: some ten milliseconds. */
const CHUNK = 2000

export interface PutAnswer {
  readonly answer: string
  /** Of a new row, the answer among them; they align with the data set's columns. */
  readonly cells: readonly string[]
  /** The row that it became when it came in before: of that, only the answer changes. */
  readonly known: number | undefined
  /** Whether nobody has looked at the answer. */
  readonly unseen: boolean
}

export interface PutRows {
  readonly added: number
  readonly changed: number
  /** The row of each answer, in their order. */
  readonly rows: readonly number[]
}

interface Place {
  readonly dataset: number
  /** The place of the answers' column. */
  readonly at: number
}

/**
 * `from`: where the answers come from, for the version's description. A data set that has every row with its answer
 * already gets no new version. Error: 'store/missing'.
 */
export async function putAnswers(
  context: ServiceContext,
  { dataset, at, from }: Place & { readonly from: string },
  answers: readonly PutAnswer[],
): Promise<PutRows> {
  const { columns } = await findDataset(context.store, dataset)
  const plan = (): Promise<Plan> => planOf(context.store, { dataset, at }, answers)
  let put = await plan()
  if (put.added.size + put.changed.size > 0)
    await planEdit(context, dataset, async () => {
      put = await plan()
      const counts = { added: put.added.size, changed: put.changed.size }
      const rows = [...put.changed.keys(), ...put.added.keys()]
      return { description: `${putWords(counts)} (${from})`, rows, work: putting({ dataset, at }, columns, put) }
    })
  for (let i = 0; i < put.same.length; i += CHUNK)
    await context.store.piece((tables) => tables.unseenAnswers.seen(dataset, put.same.slice(i, i + CHUNK)))
  return { added: put.added.size, changed: put.changed.size, rows: put.rows }
}

interface Plan {
  /** By their rows. */
  readonly added: ReadonlyMap<number, PutAnswer>
  readonly changed: ReadonlyMap<number, PutAnswer>
  /** Those that the data set has, and that somebody has looked at. */
  readonly same: readonly { readonly row: number; readonly answer: string }[]
  readonly rows: readonly number[]
}

/** A row whose coming in was undone is a new one. */
async function planOf(store: Store, { dataset, at }: Place, answers: readonly PutAnswer[]): Promise<Plan> {
  const version = await store.datasets.newest(dataset)
  const known = answers.flatMap((each) => each.known ?? [])
  const standing = new Map<number, string>()
  for (let i = 0; i < known.length; i += CHUNK)
    for (const { row, cells } of await store.rows.read(dataset, version, known.slice(i, i + CHUNK)))
      standing.set(row, cells[at] ?? '')
  let last = await store.rows.last(dataset)
  const added = new Map<number, PutAnswer>()
  const changed = new Map<number, PutAnswer>()
  const same: { readonly row: number; readonly answer: string }[] = []
  const rows = answers.map((each) => {
    const row = each.known !== undefined && standing.has(each.known) ? each.known : ++last
    const { answer, unseen } = each
    if (!standing.has(row)) added.set(row, each)
    else if (standing.get(row) !== answer) changed.set(row, each)
    else if (!unseen) same.push({ row, answer })
    return row
  })
  return { added, changed, same, rows }
}

const putting =
  ({ dataset, at }: Place, columns: readonly string[], { added, changed }: Plan): EditRows =>
  async (tables, version, some) => {
    const unseen = some.flatMap((row) => {
      const put = added.get(row) ?? changed.get(row)
      return put?.unseen ? [{ row, answer: put.answer }] : []
    })
    await tables.unseenAnswers.add(dataset, unseen)
    const old = some.filter((row) => changed.has(row))
    const standing = await tables.rows.read(dataset, version.number, old)
    const cellOf = (row: number, cells: readonly string[], i: number): string =>
      (i === at ? changed.get(row)?.answer : cells[i]) ?? ''
    await tables.rows.replace(
      version,
      standing.map(({ row, cells, state }) => ({ row, state, cells: columns.map((_, i) => cellOf(row, cells, i)) })),
    )
    await tables.rows.insert(
      version,
      some.flatMap((row) => {
        const put = added.get(row)
        return put ? [{ row, cells: columns.map((_, i) => put.cells[i] ?? '') }] : []
      }),
    )
  }
