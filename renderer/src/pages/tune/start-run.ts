// Starts a run, or a sweep over random seeds if the run is repeated.
import type { Advice, Input, Preflight } from '../../../../main/contract/service.ts'
import { studio } from '../../client/studio.ts'

interface Start {
  readonly run: Input<'runs.plan'>
  /** Blank if the service is to choose a name. */
  readonly name: string
  /** The number of runs that differ only in their random seed. */
  readonly repeats: number
  /** The measurement of exactly this run. */
  readonly measured: Preflight | undefined
  /** The advice that the run follows. */
  readonly change: Advice | undefined
}

/** Resolves with the path of the page that shows the run or sweep. */
export async function startRun({ run, name, repeats, measured, change }: Start): Promise<readonly string[]> {
  const called = name.trim() === '' ? {} : { name: name.trim() }
  // Where several precisions were measured, the run takes the one that was chosen.
  const compared = measured && measured.trials.length > 1 ? measured : undefined
  const settings = { ...run.settings, ...(compared ? { precision: compared.chosen } : {}) }
  if (repeats > 1) {
    const { model, rowsOf: _, ...rows } = run
    const repeated = { ...rows, settings, models: [model], vary: {}, seeds: repeats, halving: false }
    return ['sweeps', (await studio.call('sweeps.start', { ...repeated, ...called })).name]
  }
  const because = [change && `${change.evidence} ${change.change}`, compared?.because].filter(Boolean).join(' ')
  const why = because === '' ? {} : { because }
  return [(await studio.call('runs.start', { ...run, settings, ...why, ...called })).name]
}
