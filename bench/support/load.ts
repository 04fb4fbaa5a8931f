// What a person does with a very large table, from its import to its last undo.
import type { DataQuery, Studio } from '../../main/contract/service.ts'

const RELABELLED = 100_000
const all: DataQuery = { search: '', filters: [], states: ['used', 'excluded'] }

/** Brings a table of so many rows, looks at it, changes it and takes it back; throws where an answer is wrong. */
export async function load(
  { call }: Studio,
  path: string,
  rows: number,
  timed: <T>(what: string, work: () => Promise<T>) => Promise<T>,
): Promise<number> {
  const { dataset } = await timed('import', () => call('data.import', { path }))
  const view = (what: string, query: Partial<DataQuery>) =>
    timed(what, () => call('data.view', { dataset, query: { ...all, ...query } }))
  const page = (what: string, id: number, from: number) =>
    timed(what, () => call('data.page', { view: id, from, count: 100 }))

  await timed('profile', () => call('data.profile', { dataset, version: 1 }))
  const whole = await view('view of all', {})
  check(whole.total, rows, 'rows in view')
  await page('a page at the end', whole.view, rows - 100)
  check((await view('search', { search: 'LIGHTHOUSE' })).total, Math.floor(rows / 1000), 'rows found')
  await view('filter by answer', { filters: [{ kind: 'label', values: ['praise'] }] })
  const sorted = await view('sort by text', { sort: { by: { kind: 'column', column: 'text' }, descending: true } })
  await page('a page of the sorted rows', sorted.view, rows / 2)

  const cell = { kind: 'cell', column: 'label', value: 'mended' } as const
  await timed('edit of a cell', () =>
    call('data.change', { dataset, target: { by: 'rows', rows: [rows / 2] }, change: cell }),
  )
  const many = Math.min(RELABELLED, rows)
  const target = { by: 'view', view: whole.view, from: 0, to: many - 1 } as const
  await timed(`relabel of ${many.toLocaleString('en')} rows`, () =>
    call('data.change', { dataset, target, change: cell }),
  )
  const mended = { filters: [{ kind: 'label' as const, values: ['mended'] }] }
  const expected = many + (rows / 2 > many ? 1 : 0)
  check((await view('filter by the new answer', mended)).total, expected, 'rows relabelled')
  await timed('compare of the two versions', () =>
    call('data.compare', { dataset, from: 2, to: 3, offset: 0, count: 100 }),
  )
  await timed('undo', () => call('data.undo', { dataset }))
  check((await view('filter once more', mended)).total, 1, 'rows still relabelled')
  await timed('redo', () => call('data.redo', { dataset }))
  await timed('exclude of all', () =>
    call('data.change', {
      dataset,
      target: { ...target, to: rows - 1 },
      change: { kind: 'state', state: 'excluded' },
    }),
  )
  check((await call('data.show', { dataset })).excluded, rows, 'rows excluded')
  await timed('undo of that', () => call('data.undo', { dataset }))
  check((await call('data.show', { dataset })).rows, rows, 'rows back in use')
  return dataset
}

/** Plans a run on the table, and once more with another method, for which its rows are known. */
export async function planning(
  { call }: Studio,
  dataset: number,
  model: string,
  timed: <T>(what: string, work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const { version } = await call('data.show', { dataset })
  const input = { dataset, version, text: 'text', label: 'label', model }
  const { rows, unused, leftOut } = await timed('plan of a run', () => call('runs.plan', { ...input, settings: {} }))
  const { rows: all } = await call('data.show', { dataset })
  check(rows.train + rows.validation + rows.test + unused + leftOut, all, 'rows in the plan')
  await timed('plan with another method', () => call('runs.plan', { ...input, settings: { method: 'prompt-tuning' } }))
}

function check(got: number, wanted: number, what: string): void {
  if (got !== wanted) throw new Error(`${String(got)} ${what}, not ${String(wanted)}`)
}
