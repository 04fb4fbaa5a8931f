// Successive halving: which configurations continue, and which run is next (Jamieson & Talwalkar 2016, with two halvings).
import { headlineOf, type Measured } from '../../contract/metrics.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { mean } from '../statistics.ts'

/** Fewer configurations are all run to their end: halving would save little. */
const minConfigurations = 4
/** Shares of the steps after which only the better half of the configurations continues. */
const cuts = [0.25, 0.5] as const

/** Shares of its steps at which a configuration may end; the last is 1. */
export const rungsOf = (configurations: number, halving: boolean): readonly number[] =>
  halving && configurations >= minConfigurations ? [...cuts, 1] : [1]

/** How many configurations begin each rung. */
export const survivorsOf = (configurations: number, rungs: readonly number[]): number[] =>
  rungs.map((_, rung) => Math.max(1, Math.ceil(configurations / 2 ** rung)))

/** Step at which a run ends a rung: behind a validation, whose figures decide; the last rung's is its last step. */
export function stepOf({ steps, validateEvery }: Pick<TuneSettings, 'steps' | 'validateEvery'>, share: number): number {
  const every = validateEvery > 0 ? validateEvery : steps
  return share >= 1 ? steps : Math.min(steps, Math.max(every, Math.ceil((share * steps) / every) * every))
}

/** A run of a sweep as it stands. */
export interface Standing {
  /** Index of its configuration. */
  readonly configuration: number
  readonly settings: Pick<TuneSettings, 'steps' | 'validateEvery'>
  /** The last step whose checkpoint is stored. */
  readonly step: number
  /** `ended` where it has finished; `failed` where it failed or was discarded. */
  readonly state: 'open' | 'ended' | 'failed'
  /** Validations so far, in order. */
  readonly validations: readonly (Measured & { readonly step: number; readonly loss: number })[]
}

export interface Advance {
  /** The rung that each configuration has reached. */
  readonly rungs: readonly number[]
  readonly failed: readonly boolean[]
  /** Index of the run to continue next, and the step after which to pause it; undefined where all are done. */
  readonly next: { readonly run: number; readonly until: number } | undefined
}

/**
 * Derived from the runs alone, so that a sweep continues wherever it was interrupted. On each rung the half with the best
 * mean figure on the validation set continues, of equal ones the one with the lower loss; a configuration with a failed
 * run is out. `shares`: those of `rungsOf`.
 */
export function advance(runs: readonly Standing[], shares: readonly number[]): Advance {
  const count = Math.max(-1, ...runs.map(({ configuration }) => configuration)) + 1
  const ofConfiguration = Array.from({ length: count }, (_, i) => runs.filter((run) => run.configuration === i))
  const failed = ofConfiguration.map((some) => some.some(({ state }) => state === 'failed'))
  const rungs = new Array<number>(count).fill(0)
  const survivors = survivorsOf(count, shares)
  let continuing = rungs.map((_, i) => i)
  for (const [rung, share] of shares.entries()) {
    for (const each of continuing) rungs[each] = rung
    continuing = continuing.filter((each) => !failed[each])
    const last = rung === shares.length - 1
    const open = runs.findIndex(
      ({ configuration, state, step, settings }) =>
        continuing.includes(configuration) && state === 'open' && (last || step < stepOf(settings, share)),
    )
    const run = runs[open]
    if (run) return { rungs, failed, next: { run: open, until: stepOf(run.settings, share) } }
    if (last) break
    const standing = continuing.map((each) => ({ each, ...standingOf(ofConfiguration[each] ?? [], share) }))
    standing.sort((a, b) => b.figure - a.figure || a.loss - b.loss)
    continuing = standing.slice(0, survivors[rung + 1]).map(({ each }) => each)
  }
  return { rungs, failed, next: undefined }
}

/** Mean figures of a configuration's runs at the end of a rung. */
function standingOf(runs: readonly Standing[], share: number): { readonly figure: number; readonly loss: number } {
  const found = runs.map((run) => validationAt(run, share))
  const loss = mean(found.map((each) => each?.loss ?? NaN))
  // A loss that is not a number is worse than any.
  return {
    figure: mean(found.map((each) => (each ? headlineOf(each) : 0))),
    loss: Number.isFinite(loss) ? loss : Number.MAX_VALUE,
  }
}

/** The last validation up to the end of a rung: a run that ended before it has no later one. */
export const validationAt = ({ validations, settings }: Pick<Standing, 'validations' | 'settings'>, share: number) =>
  validations.findLast(({ step }) => step <= stepOf(settings, share))

/** Steps that all runs take together, if those that continue are as long as the others. */
export function stepsOf(
  runs: readonly Pick<Standing, 'configuration' | 'settings'>[],
  shares: readonly number[],
): number {
  const configurations = new Set(runs.map(({ configuration }) => configuration)).size
  const survivors = survivorsOf(configurations, shares)
  const sum = shares.reduce((total, share, rung) => {
    const added = runs.map(
      ({ settings }) => stepOf(settings, share) - (rung > 0 ? stepOf(settings, shares[rung - 1] ?? 0) : 0),
    )
    return total + (added.reduce((a, b) => a + b, 0) * (survivors[rung] ?? 0)) / configurations
  }, 0)
  return Math.round(sum)
}
