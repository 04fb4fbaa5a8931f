// Methods data.view, page, change, add, undo, redo, goBack and compare: look at rows, change them, take it back.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { RowState, VersionRecord } from '../../contract/records.ts'
import type { DataChange, DataTarget, Input, Outputs, RowDifference, ViewedRow } from '../../contract/service.ts'
import { rowsOf } from '../../contract/words/counts.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { addRows } from '../data/add-rows.ts'
import { edit, takeBack } from '../data/edits.ts'
import { findRows, type RowsQuery, usesCells } from '../data/find-rows.ts'
import { goBack, touchedBetween } from '../data/go-back.ts'
import { rowsOfProblem } from '../data/profile.ts'
import { findDataset } from '../lookup.ts'

type Curating = `data.${'view' | 'page' | 'change' | 'add' | 'undo' | 'redo' | 'goBack' | 'compare'}`

const verbs: Readonly<Record<RowState, string>> = {
  used: 'restored',
  excluded: 'excluded',
  trash: 'moved to the trash',
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 39).trimEnd()}…` : text)

const describe = (change: DataChange, count: number): string =>
  change.kind === 'state'
    ? `${rowsOf(count)} ${verbs[change.state]}`
    : `Set “${change.column}” of ${rowsOf(count)} to “${shortened(change.value)}”`

function targetRows({ views }: ServiceContext, target: DataTarget): ArrayLike<number> & Iterable<number> {
  if (target.by === 'rows') return [...new Set(target.rows)]
  return views.get(target.view).rows.subarray(target.from, target.to + 1)
}

async function change(context: ServiceContext, input: Input<'data.change'>): Promise<VersionRecord> {
  const { dataset, target, change } = input
  const { columns, name } = await findDataset(context.store, dataset)
  const rows = targetRows(context, target)
  const at = change.kind === 'cell' ? columns.indexOf(change.column) : 0
  if (change.kind === 'cell' && at < 0) throw studioError('run/no-column', name, change.column, columns)
  return edit(context, dataset, describe(change, rows.length), rows, async (tables, version, some) => {
    if (change.kind === 'state') return tables.rows.setState(version, some, change.state)
    // As they are now: another edit may have come since they were shown.
    const found = await tables.rows.read(dataset, version.number, some)
    const changed = found.map((row) => ({
      ...row,
      cells: columns.map((_, i) => (i === at ? change.value : (row.cells[i] ?? ''))),
    }))
    return tables.rows.replace(version, changed)
  })
}

/** Rows read at once: some ten milliseconds. */
const CHUNK = 2000

async function compare(context: ServiceContext, input: Input<'data.compare'>): Promise<Outputs['data.compare']> {
  const { dataset, from, to, offset, count } = input
  const touched = await touchedBetween(context, dataset, Math.min(from, to), Math.max(from, to))
  const counts = { added: 0, changed: 0, removed: 0 }
  const rows: RowDifference[] = []
  for (let at = 0; at < touched.length; at += CHUNK) {
    const some = touched.subarray(at, at + CHUNK)
    const [before, after] = [
      await rowsByNumber(context, dataset, from, some),
      await rowsByNumber(context, dataset, to, some),
    ]
    for (const row of some) {
      const difference = { row, before: before.get(row), after: after.get(row) }
      const kind = kindOf(difference)
      if (!kind) continue
      const place = counts.added + counts.changed + counts.removed
      counts[kind] += 1
      if (place >= offset && rows.length < count) rows.push(difference)
    }
    await setImmediate()
  }
  return { ...counts, rows }
}

/** Undefined where the row is the same in both versions. A row in the trash counts as absent. */
function kindOf({ before, after }: RowDifference): 'added' | 'changed' | 'removed' | undefined {
  const was = before !== undefined && before.state !== 'trash'
  const is = after !== undefined && after.state !== 'trash'
  if (was && is) return JSON.stringify(before) === JSON.stringify(after) ? undefined : 'changed'
  if (is) return 'added'
  return was ? 'removed' : undefined
}

async function rowsByNumber(
  { store }: ServiceContext,
  dataset: number,
  version: number,
  rows: Uint32Array,
): Promise<Map<number, ViewedRow>> {
  return new Map((await store.rows.read(dataset, version, [...rows])).map((row) => [row.row, row]))
}

/** Rows of a version that a worker searches: the keys of more, once sorted, would be a second's work for the garbage collector. */
const LARGE = 50_000

async function rowsInView(context: ServiceContext, input: RowsQuery, signal: AbortSignal): Promise<Uint32Array> {
  const { store, workers } = context
  const { dataset, version, query } = input
  const { used, excluded, trash } = await store.datasets.counts(dataset, version)
  // A worker knows nothing of the problems that were found.
  const asksProblem = query.filters.some(({ kind }) => kind === 'problem')
  if (used + excluded + trash > LARGE && usesCells(query) && !asksProblem) return workers.run('findRows', input, signal)
  return findRows(store, input, (problem) => rowsOfProblem(context, dataset, version, problem), signal)
}

export const curateMethods: Pick<Methods, Curating> = {
  'data.view': async (context, { dataset, version, query }, { signal }) => {
    const { store, views } = context
    const at = version ?? (await store.datasets.newest(dataset))
    const rows = await rowsInView(context, { dataset, version: at, query }, signal)
    return { view: views.add({ dataset, version, rows }), total: rows.length }
  },
  'data.page': async ({ store, views }, { view, from, count }) => {
    const { dataset, version, rows } = views.get(view)
    const at = version ?? (await store.datasets.newest(dataset))
    return store.rows.read(dataset, at, [...rows.subarray(from, from + count)])
  },
  'data.change': (context, input) => change(context, input),
  'data.add': (context, { dataset, rows }) => addRows(context, dataset, `${rowsOf(rows.length)} added`, rows),
  'data.undo': (context, { dataset }) => takeBack(context, dataset, 'undo'),
  'data.redo': (context, { dataset }) => takeBack(context, dataset, 'redo'),
  'data.goBack': goBack,
  'data.compare': (context, input) => compare(context, input),
}
