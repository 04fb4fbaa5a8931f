// The table of a sweep that compares methods: each one's figure, rank and costs, and the baselines on the same rows.
import { studioError } from '../../contract/errors/index.ts'
import type { RunMeasures } from '../../contract/measures.ts'
import {
  type ComparedBaseline,
  type ComparedMethod,
  type ComparedRow,
  comparesMethods,
  type MethodComparison,
} from '../../contract/methods/comparisons.ts'
import { headlineOf } from '../../contract/metrics.ts'
import { subjectNames } from '../../contract/records.ts'
import type { Outputs, SweepRecord, SweptConfiguration } from '../../contract/service.ts'
import { targetsOf } from '../../engine/export/formats.ts'
import { comparisonLead } from '../../engine/export/report-comparison.ts'
import { reportOf } from '../../engine/export/report.ts'
import { median } from '../../engine/statistics.ts'
import type { Tables } from '../../engine/store/store.ts'
import { type Grades, rankTogether } from '../../engine/sweep/bands.ts'
import { recommendationOf } from '../../engine/sweep/recommend.ts'
import { reportedRuns } from '../runs/results.ts'
import { detailsOf, gradesOf, type Place, placesOf } from './details.ts'

/** A row, and the grades of the test rows that give its figure and rank; undefined where they were not evaluated. */
interface Graded<R extends ComparedRow = ComparedRow> {
  readonly row: R
  readonly grades: Grades | undefined
}

/** Error: 'sweep/no-comparison'. */
export async function comparisonOf(store: Tables, sweep: SweepRecord): Promise<MethodComparison> {
  const plan = await store.sweeps.plan(sweep.id)
  if (!comparesMethods(plan.vary)) throw studioError('sweep/no-comparison', sweep.name)
  const { summary, rows, configurations, headlines, sentence } = await detailsOf(store, sweep)
  const places = await placesOf(store, sweep.id, plan)
  const methods = await Promise.all(
    configurations
      .toSorted((a, b) => a.number - b.number)
      .map((configuration) => {
        const own = places.filter((place) => place.configuration === configuration.number - 1)
        return methodOf(store, configuration, own)
      }),
  )
  const compared = ranked([...methods, ...(await baselinesOf(store, places))])
  const recommendation =
    sweep.state === 'finished' ? recommendationOf(compared, rows.test) : { sentence, take: undefined }
  return { sweep, summary, rows, compared, headline: headlines.test, ...recommendation }
}

/** The table, and behind it every run that has finished. Error: 'sweep/no-comparison'. */
export async function comparisonReport(store: Tables, sweep: SweepRecord): Promise<Outputs['comparisons.report']> {
  const comparison = await comparisonOf(store, sweep)
  const finished = comparison.compared.flatMap((row) =>
    row.kind === 'method'
      ? row.runs.flatMap(({ run, state }) => (run !== undefined && state === 'finished' ? [run] : []))
      : [],
  )
  const lead = { title: `Methods compared: ${sweep.name}`, body: comparisonLead(comparison) }
  return { html: reportOf(await reportedRuns(store, finished), new Date(), lead) }
}

/** Figures and ranks of all together, by rank; what shares its ranks stays in order. */
function ranked(graded: readonly Graded[]): ComparedRow[] {
  const whole = graded.flatMap(({ grades }) => (grades ? [grades] : []))
  const results = rankTogether(whole)
  const rows = graded.map(({ row, grades }): ComparedRow => {
    const result = grades && results[whole.indexOf(grades)]
    return { ...row, test: result?.band, rank: result?.rank }
  })
  const placeOf = ({ rank: [first, last] = [1e6, 1e6] }: ComparedRow): number => first + last / 1000
  return rows.sort((a, b) => placeOf(a) - placeOf(b))
}

async function methodOf(
  store: Tables,
  { number, runs, fate }: SweptConfiguration,
  places: readonly Place[],
): Promise<Graded<ComparedMethod>> {
  const settings = places[0]?.planned.settings
  return {
    grades: await gradesOf(store, places),
    row: {
      ...{ kind: 'method', number, runs, fate, test: undefined, rank: undefined },
      method: settings?.method ?? '',
      measures: await measuresOf(store, places),
      targets: settings ? targetsOf(settings) : [],
      use: bestOf(places),
    },
  }
}

/** Of the finished runs the one whose best validation has the lowest loss. */
function bestOf(places: readonly Place[]): string | undefined {
  const lossOf = ({ validations }: Place): number => Math.min(...validations.map(({ loss }) => loss))
  const finished = places.filter(({ run }) => run?.state === 'finished')
  return finished.toSorted((a, b) => lossOf(a) - lossOf(b))[0]?.run?.name
}

/** Medians of the runs', and the largest memory. */
async function measuresOf(store: Tables, places: readonly Place[]): Promise<RunMeasures | undefined> {
  const found = await Promise.all(places.flatMap(({ run }) => (run ? [store.measures.byRun(run.id)] : [])))
  const all = found.filter((each) => each !== undefined)
  const [first] = all
  if (!first) return undefined
  const each = (of: (measures: RunMeasures) => number | undefined): number[] => all.flatMap((one) => of(one) ?? [])
  const middle = (values: readonly number[]): number | undefined => (values.length > 0 ? median(values) : undefined)
  const peaks = each(({ peakBytes }) => peakBytes)
  const [alone, tuned] = [middle(each(({ neutral }) => neutral?.alone)), middle(each(({ neutral }) => neutral?.tuned))]
  return {
    parameters: first.parameters,
    fileBytes: median(each(({ fileBytes }) => fileBytes)),
    seconds: median(each(({ seconds }) => seconds)),
    peakBytes: peaks.length > 0 ? Math.max(...peaks) : undefined,
    answerMilliseconds: middle(each(({ answerMilliseconds }) => answerMilliseconds)),
    switchMilliseconds: median(each(({ switchMilliseconds }) => switchMilliseconds)),
    neutral: alone === undefined || tuned === undefined ? undefined : { alone, tuned },
  }
}

/** What else answered the test rows, as the first run has it: all runs have the same rows, model and template. */
async function baselinesOf(store: Tables, places: readonly Place[]): Promise<Graded<ComparedBaseline>[]> {
  const runs = places.flatMap(({ run, state }) => (run && state === 'ended' ? [run] : []))
  const found: Graded<ComparedBaseline>[] = []
  for (const subject of subjectNames.filter((name) => name !== 'tuned prompt')) {
    const all = await Promise.all(runs.map((run) => store.evaluations.latest(run, subject)))
    const evaluation = all.find((each) => each !== undefined)
    if (!evaluation) continue
    const rows = await store.evaluations.rows(evaluation.id)
    const grades = [rows.map(({ metrics }) => headlineOf({ ...evaluation, metrics }))]
    found.push({ row: { kind: 'baseline', subject, test: undefined, rank: undefined }, grades })
  }
  return found
}
