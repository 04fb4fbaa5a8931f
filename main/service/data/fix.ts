// Fixes problems of a data set's newest version: one of them, or all whose fixes are safe, as one step of undo.
import { studioError } from '../../contract/errors/index.ts'
import type { VersionRecord } from '../../contract/records.ts'
import type { Input, ViewedRow } from '../../contract/service.ts'
import { isLeftEnough, mendBy, type MendedColumns } from '../../engine/data/mend.ts'
import type { Finding } from '../../engine/data/problems/check.ts'
import { safeRounds } from '../../engine/data/problems/index.ts'
import { grouped, rowsOf } from '../../contract/words/counts.ts'
import type { ServiceContext } from '../context.ts'
import { findDataset } from '../lookup.ts'
import { edit } from './edits.ts'
import { mendedProfile, profileOf } from './profile.ts'
import { rolesOf } from './roles.ts'

/** Rows to touch, in order; what becomes of each; and what the list of edits says. */
export interface Fixes {
  readonly rows: readonly number[]
  readonly mend: (row: ViewedRow) => ViewedRow
  readonly done: string
}

/** Errors: 'store/missing', 'data/no-fix', 'data/fix-leaves-few' unless `anyway`. */
export async function fixProblems(
  context: ServiceContext,
  { dataset, problem, anyway = false }: Input<'data.fix'>,
): Promise<VersionRecord> {
  const { rows, mend, done } =
    problem === undefined ? await safeFixes(context, dataset) : await fixOf(context, dataset, problem, anyway)
  return edit(context, dataset, done, rows, async (tables, version, some) =>
    tables.rows.replace(version, (await tables.rows.read(dataset, version.number, some)).map(mend)),
  )
}

/** Errors: 'store/missing', 'data/no-fix', 'data/fix-leaves-few'. */
export async function fixOf(
  context: ServiceContext,
  dataset: number,
  problem: string,
  anyway: boolean,
): Promise<Fixes> {
  const { store } = context
  const profile = await profileOf(context, dataset, await store.datasets.newest(dataset))
  const found = profile.findings.get(problem)
  if (!found?.fix) throw studioError('data/no-fix')
  const { fix, rows } = found
  if (fix.kind === 'exclude' && !anyway && !isLeftEnough(profile.rows, rows.length))
    throw studioError('data/fix-leaves-few', profile.rows - rows.length, profile.rows)
  const done = fix.kind === 'exclude' ? `${rowsOf(rows.length)} excluded` : `${fix.done} in ${rowsOf(rows.length)}`
  return { rows, mend: mendBy(fix, await columnsOf(context, dataset)), done }
}

async function columnsOf(context: ServiceContext, dataset: number): Promise<MendedColumns> {
  const { columns } = await findDataset(context.store, dataset)
  const { text, label, context: passage } = await rolesOf(context, dataset)
  const texts = [text, passage].map((column) => columns.indexOf(column)).filter((at) => at >= 0)
  return { texts, label: columns.indexOf(label) }
}

/**
 * The fixes of all problems that are safe, each planned on what those before it leave. One that would leave less than half
 * of the rows is left to a person. Errors: 'store/missing', 'data/no-fix'.
 */
export async function safeFixes(context: ServiceContext, dataset: number): Promise<Fixes> {
  const version = await context.store.datasets.newest(dataset)
  const columns = await columnsOf(context, dataset)
  const { rows: all } = await profileOf(context, dataset, version)
  const touched = new Set<number>()
  const excluded = new Set<number>()
  const mends: Fixes['mend'][] = []
  const mend = (row: ViewedRow): ViewedRow => mends.reduce((mended, next) => next(mended), row)
  const done: string[] = []
  const left: string[] = []

  const exclude = ({ rows }: Finding, what: string): void => {
    const more = rows.filter((row) => !excluded.has(row))
    if (more.length === 0 || !isLeftEnough(all, excluded.size + more.length)) return
    for (const row of more) excluded.add(row)
    for (const row of more) touched.add(row)
    left.push(`${grouped(more.length)} ${what}`)
  }
  for (const round of safeRounds) {
    const { findings } =
      mends.length === 0 ? await profileOf(context, dataset, version) : await mendedProfile(context, dataset, mend)
    for (const [problem, what] of round) {
      const found = findings.get(problem)
      if (!found?.fix) continue
      if (found.fix.kind === 'exclude') exclude(found, what)
      else {
        mends.push(mendBy(found.fix, columns))
        for (const row of found.rows) touched.add(row)
        done.push(`${found.fix.done} in ${rowsOf(found.rows.length)}`)
      }
    }
  }
  if (excluded.size > 0) done.push(`${rowsOf(excluded.size)} excluded (${left.join(', ')})`)
  if (done.length === 0) throw studioError('data/no-fix')
  return {
    rows: [...touched].sort((a, b) => a - b),
    mend: (row) => (excluded.has(row.row) ? { ...mend(row), state: 'excluded' } : mend(row)),
    done: done.join('; '),
  }
}
