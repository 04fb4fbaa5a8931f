// Whether a run on a data set would begin.
import { StudioError } from '../../contract/errors/index.ts'
import type { DataHealth, Input, Roles } from '../../contract/service.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { profileOf } from '../data/profile.ts'
import { rolesOf } from '../data/roles.ts'
import { findDataset } from '../lookup.ts'
import { rowsFor } from './plan.ts'
import { MAX_SPLIT } from './remedy.ts'
import type { RowsSource } from './split-rows.ts'

/** Errors: 'store/missing', 'run/cancelled'. */
export async function healthOf(
  context: ServiceContext,
  { dataset }: Input<'data.health'>,
  call: CallContext,
): Promise<DataHealth> {
  const { datasets } = context.store
  await findDataset(context.store, dataset)
  const version = await datasets.newest(dataset)
  const { used: rows } = await datasets.counts(dataset, version)
  const [{ findings }, roles] = await Promise.all([profileOf(context, dataset, version), rolesOf(context, dataset)])
  const refusal = rows > MAX_SPLIT ? null : await refusalOf(context, { dataset, version, ...sourceOf(roles) }, call)
  return { version, rows, problems: findings.size, refusal }
}

/** As a window's form for a new run asks for them, so that it finds the split known. */
const sourceOf = ({ text, label, context, task }: Roles): Omit<RowsSource, 'dataset' | 'version'> => ({
  text,
  label,
  ...(context === '' ? {} : { context }),
  settings: { task },
})

async function refusalOf(
  context: ServiceContext,
  source: RowsSource,
  call: CallContext,
): Promise<DataHealth['refusal']> {
  try {
    await rowsFor(context, source, call, [])
    return undefined
  } catch (error) {
    if (!(error instanceof StudioError) || error.code === 'run/cancelled') throw error
    return error.report
  }
}
