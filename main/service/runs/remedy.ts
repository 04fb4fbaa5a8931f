// The fix of a data set's problems after which a run on it would begin.
import { StudioError } from '../../contract/errors/index.ts'
import type { Remedy } from '../../contract/errors/remedy.ts'
import type { Roles } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import { splitExamples } from '../../engine/data/split.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { ServiceContext } from '../context.ts'
import { eachRow } from '../data/each-row.ts'
import { fixOf, type Fixes, safeFixes } from '../data/fix.ts'
import { profileOf } from '../data/profile.ts'
import { rolesOf } from '../data/roles.ts'
import { rowReader } from '../data/row-text.ts'
import { findDataset } from '../lookup.ts'
import type { RowsSource } from './split-rows.ts'

/** Rows up to which a split is tried out. */
export const MAX_SPLIT = 20_000

/** Errors of rows that cannot be split, which another state of the same rows would not have. */
const mendable = new Set(['data/label-too-rare', 'data/one-label', 'data/too-many-labels', 'data/no-examples'])

/** Fixes in the order in which they are tried: the smallest first. */
const candidates = ['label-spelling', 'invisible-label', 'rare-labels', undefined] as const

/** The error with the fix of the data set's problems after which it would not come; without one where there is none. */
export async function remedied(context: ServiceContext, source: RowsSource, error: StudioError): Promise<StudioError> {
  const remedy = mendable.has(error.code) ? await fixFor(context, source).catch(() => undefined) : undefined
  return remedy ? new StudioError(error.code, error.message, { ...error.report, remedy }) : error
}

/** Undefined for rows other than those that a fix would change. */
async function fixFor(context: ServiceContext, source: RowsSource): Promise<Remedy | undefined> {
  const { dataset, version, text, label, rowsOf, settings } = source
  const { name } = await findDataset(context.store, dataset)
  const roles = await rolesOf(context, dataset)
  const isOwn = roles.text === text && roles.label === label && roles.context === (source.context ?? '')
  const isNewest = version === (await context.store.datasets.newest(dataset))
  const { task = 'classification' } = settings
  if (!isOwn || !isNewest || rowsOf !== undefined || task !== roles.task) return undefined
  const { findings } = await profileOf(context, dataset, version)
  for (const problem of candidates) {
    const fixes = await (
      problem === undefined ? safeFixes(context, dataset) : fixOf(context, dataset, problem, false)
    ).catch(() => undefined)
    if (!fixes || !(await wouldBegin(context, source, roles, fixes))) continue
    const button = problem === undefined ? 'Fix the safe problems' : (findings.get(problem)?.fix?.button ?? '')
    return { kind: 'fix', dataset, name, button, ...(problem === undefined ? {} : { problem }) }
  }
  return undefined
}

async function wouldBegin(
  context: ServiceContext,
  { dataset, version, test, settings }: RowsSource,
  roles: Roles,
  { rows, mend }: Fixes,
): Promise<boolean> {
  const { columns } = await findDataset(context.store, dataset)
  const read = rowReader(columns, roles)
  const touched = new Set(rows)
  const examples: Example[] = []
  await eachRow(context, dataset, version, undefined, (before) => {
    const { row, cells, state } = touched.has(before.row) ? mend(before) : before
    if (state !== 'used') return
    const example = { row, ...read(cells) }
    if (example.text.trim() !== '' && example.label !== '') examples.push(example)
  })
  if (examples.length > MAX_SPLIT) return false
  const { seed = 0 } = settings
  return splitExamples(examples, {
    seed,
    byLabel: scoresLabels(settings),
    ...(test === undefined ? {} : { test }),
  }).then(
    () => true,
    () => false,
  )
}
