// Puts a sweep's stored parts together: its progress, the result of each configuration, and which setting mattered.
import type {
  Band,
  SweepDetails,
  SweepRecord,
  SweepSummary,
  SweptConfiguration,
  SweptRun,
} from '../../contract/methods/sweeps.ts'
import { headlineOf } from '../../contract/metrics.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { PlannedRun, StoredPlan } from '../../engine/store/tables/sweeps.ts'
import type { Tables } from '../../engine/store/store.ts'
import { type Grades, rankTogether, shareBand } from '../../engine/sweep/bands.ts'
import { factorsOf, type Result } from '../../engine/sweep/factors.ts'
import { advance, type Advance, type Standing, stepOf, stepsOf, validationAt } from '../../engine/sweep/halving.ts'
import { verdictOf } from '../../engine/sweep/verdict.ts'
import { sizesOf } from '../data/examples.ts'

/** A place of a sweep as it stands. */
export interface Place extends Standing {
  readonly planned: PlannedRun
  /** Undefined where it has not begun, or was discarded. */
  readonly run: RunRecord | undefined
}

/** The places in order. `gaveUp`: runs that crashed too often to be tried again now. */
export async function placesOf(
  store: Tables,
  sweep: number,
  { runs }: Pick<StoredPlan, 'runs'>,
  gaveUp: ReadonlySet<number> = new Set(),
): Promise<Place[]> {
  const begun = await store.sweeps.runs(sweep)
  return Promise.all(
    runs.map(async (planned, place) => {
      const { configuration, settings } = planned
      const id = begun.get(place)
      const run = id === undefined ? undefined : await store.runs.byId(id)
      const isLost =
        (begun.has(place) && !run) ||
        run?.state === 'failed' ||
        run?.state === 'diverged' ||
        (run && gaveUp.has(run.id)) === true
      return {
        planned,
        run,
        configuration,
        settings,
        step: run ? ((await store.checkpoints.step(run.id)) ?? 0) : 0,
        state: isLost ? 'failed' : run?.state === 'finished' ? 'ended' : 'open',
        validations: run ? await store.metrics.validationFigures(run.id) : [],
      }
    }),
  )
}

export async function summaryOf(store: Tables, sweep: SweepRecord): Promise<SweepSummary> {
  const plan = await store.sweeps.plan(sweep.id)
  return summarised(store, sweep, plan, await placesOf(store, sweep.id, plan))
}

async function summarised(
  store: Tables,
  sweep: SweepRecord,
  plan: StoredPlan,
  places: readonly Place[],
): Promise<SweepSummary> {
  const dataset = await store.datasets.byId(sweep.dataset)
  const configurations = new Set(plan.runs.map(({ configuration }) => configuration)).size
  const done = places.reduce((sum, { step }) => sum + step, 0)
  return {
    ...sweep,
    datasetName: dataset?.name ?? '',
    vary: plan.vary,
    configurations,
    seeds: plan.runs.length / Math.max(1, configurations),
    done,
    steps: sweep.state === 'finished' ? done : Math.max(done, stepsOf(plan.runs, plan.rungs)),
  }
}

export async function detailsOf(store: Tables, sweep: SweepRecord): Promise<SweepDetails> {
  const plan = await store.sweeps.plan(sweep.id)
  const places = await placesOf(store, sweep.id, plan)
  const summary = await summarised(store, sweep, plan, places)
  const { split, rungs } = plan
  const progress = advance(places, rungs)
  const configurations = await configurationsOf(store, sweep, places, progress, rungs, split.validation.length)
  const isEvaluated = configurations.every(({ test, fate }) => test !== undefined || fate === 'failed')
  return {
    sweep,
    summary,
    rows: sizesOf(split),
    rungs,
    configurations,
    headlines: await headlinesOf(store, places),
    factors: isEvaluated
      ? factorsOf(plan.vary, await testResults(store, places), split.test.length)
      : factorsOf(plan.vary, earlyResults(places, rungs), split.validation.length),
    factorsOn: isEvaluated ? 'test' : 'validation',
    sentence:
      sweep.state === 'finished'
        ? verdictOf(configurations, split.test.length, summary.seeds, await wordsOf(store, places))
        : `${String(summary.done)} of ${String(summary.steps)} steps are done.`,
  }
}

/** What a word count reached on the test rows, which all runs share; undefined where it was not evaluated. */
async function wordsOf(store: Tables, places: readonly Place[]): Promise<number | undefined> {
  for (const { run } of places) {
    const found = run && (await store.evaluations.latest(run, 'word count'))
    if (found) return headlineOf(found)
  }
  return undefined
}

async function headlinesOf(store: Tables, places: readonly Place[]): Promise<SweepDetails['headlines']> {
  const ended = places.find(({ state }) => state === 'ended')?.run
  return {
    early: places.flatMap(({ validations }) => validations)[0]?.headline,
    test: ended && (await store.evaluations.latest(ended, 'tuned prompt'))?.headline,
  }
}

async function configurationsOf(
  store: Tables,
  { state }: SweepRecord,
  places: readonly Place[],
  { rungs, failed }: Advance,
  shares: readonly number[],
  validationRows: number,
): Promise<SweptConfiguration[]> {
  const grouped = rungs.map((_, i) => places.filter(({ configuration }) => configuration === i))
  const grades = await Promise.all(grouped.map((some) => gradesOf(store, some)))
  const whole = grades.flatMap((each) => (each ? [each] : []))
  const result = rankTogether(whole)
  const top = Math.max(...rungs)
  const found = grouped.map((some, i): SweptConfiguration => {
    const own = grades[i]
    const one = own && result[whole.indexOf(own)]
    const rung = rungs[i] ?? 0
    const out = rung < top || state === 'finished'
    return {
      number: i + 1,
      values: some[0]?.planned.values ?? {},
      runs: some.map(runOf),
      rung,
      fate: failed[i] ? 'failed' : one ? 'finished' : out ? 'left behind' : 'goes on',
      early: earlyBand(some, shares, validationRows),
      test: one?.band,
      rank: one?.rank,
    }
  })
  const orderOf = ({ test, rung, early }: SweptConfiguration): number[] => [test?.mean ?? -1, rung, early?.mean ?? -1]
  return found.sort((a, b) => {
    const [one, other] = [orderOf(a), orderOf(b)]
    const at = one.findIndex((value, i) => value !== other[i])
    return (other[at] ?? 0) - (one[at] ?? 0)
  })
}

const runOf = ({ run, state, step, planned: { settings } }: Place): SweptRun => ({
  run: run?.name,
  seed: settings.seed,
  state:
    run === undefined
      ? state === 'failed'
        ? 'discarded'
        : 'waiting'
      : run.state === 'stopped'
        ? 'waiting'
        : run.state,
  step,
  steps: settings.steps,
  error: run?.error,
})

/** The validation result at the first rung; undefined until all of the runs have reached it. */
function earlyBand(places: readonly Place[], [first = 1]: readonly number[], rows: number): Band | undefined {
  const found = earlyResults(places, [first])
  if (found.length < places.length) return undefined
  return shareBand(
    found.map(({ figure }) => figure),
    rows,
  )
}

const earlyResults = (places: readonly Place[], [first = 1]: readonly number[]): Result[] =>
  places.flatMap((place) => {
    const { planned, state, step, settings } = place
    const isThere = state === 'ended' || step >= stepOf(settings, first)
    const found = isThere ? validationAt(place, first) : undefined
    return found ? [{ values: planned.values, seed: planned.settings.seed, figure: headlineOf(found) }] : []
  })

async function testResults(store: Tables, places: readonly Place[]): Promise<Result[]> {
  const found = await Promise.all(
    places.map(async ({ planned: { values, settings }, run }) => {
      const result = run && (await testResultOf(store, run))
      return result ? [{ values, seed: settings.seed, ...result }] : []
    }),
  )
  return found.flat()
}

/** Grades of the same test rows in the same order by each of a configuration's runs; undefined where one is not evaluated. */
export async function gradesOf(store: Tables, places: readonly Place[]): Promise<Grades | undefined> {
  const all: number[][] = []
  for (const { run } of places) {
    const result = run && (await testResultOf(store, run))
    if (!result) return undefined
    all.push(result.grades)
  }
  return all
}

/** A run's result on its test set, in all and row by row; undefined where it was not evaluated. */
async function testResultOf(
  store: Tables,
  run: RunRecord,
): Promise<{ readonly figure: number; readonly grades: number[] } | undefined> {
  const tuned = await store.evaluations.latest(run, 'tuned prompt')
  if (!tuned) return undefined
  const rows = await store.evaluations.rows(tuned.id)
  return { figure: headlineOf(tuned), grades: rows.map(({ metrics }) => headlineOf({ ...tuned, metrics })) }
}
