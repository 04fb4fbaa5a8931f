// A committee of runs, measured on rows that each of them has answered: work for a process of its own, as it reads all answers.
import type { MeasuredOn } from '../../contract/calibration.ts'
import type { ScoredRow } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import { headlineOf } from '../../contract/metrics.ts'
import { isCrossValidated, type RunRecord, type Subject, subjectNames } from '../../contract/records.ts'
import type { CommitteeFigures, RightRows, Verdict } from '../../contract/service.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { labelledScores, tempered } from '../../engine/calibrate/scores.ts'
import { trustTogether } from '../../engine/calibrate/together.ts'
import { answerTogether, committeeSentence } from '../../engine/evaluate/committee.ts'
import { verdictOf } from '../../engine/evaluate/significance.ts'
import { measured } from '../../engine/metrics/index.ts'
import { mean } from '../../engine/statistics.ts'
import type { Tables } from '../../engine/store/store.ts'
import { shareBand } from '../../engine/sweep/bands.ts'
import { scoresLabels, taskOf } from '../../engine/task/index.ts'
import type { ExampleColumns } from '../data/examples.ts'
import { findRun, modelOf } from '../lookup.ts'
import { offeredBy } from './calibration.ts'
import { unseenRows } from './seen-texts.ts'

/** What a tuned prompt must have in common with others to answer together with them. */
export interface Member {
  readonly name: string
  readonly modelHash: string
  readonly labels: readonly string[]
  readonly settings: Pick<TuneSettings, 'task'>
}

/** Errors: 'committee/no-labels', 'committee/other-model', 'committee/other-labels'. */
export function refuseStrangers(members: readonly Member[]): void {
  const [first] = members
  for (const each of members) {
    if (!scoresLabels(each.settings)) throw studioError('committee/no-labels', each.name)
    if (!first) continue
    if (each.modelHash !== first.modelHash) throw studioError('committee/other-model', first.name, each.name)
    if (JSON.stringify(each.labels) !== JSON.stringify(first.labels))
      throw studioError('committee/other-labels', first.name, each.name)
  }
}

export interface CommitteeRows {
  readonly runs: readonly string[]
  /** The rows that all of them were let answer lastly; each run's own test rows where absent. */
  readonly on?: ExampleColumns
}

type Version = Pick<ExampleColumns, 'dataset' | 'version'>

/** Answers by their rows. */
type Answers = ReadonlyMap<number, ScoredRow>

/** Errors: those of `refuseStrangers`, 'store/missing', 'run/not-scored', 'committee/other-data', 'committee/no-common-rows'. */
export async function committee(store: Tables, { runs: names, on }: CommitteeRows): Promise<CommitteeFigures> {
  const { runs, labels } = await committeeRuns(store, names)
  if (!on) refuseOtherData(runs)
  const answered = await Promise.all(runs.map((run) => answersOf(store, run, 'tuned prompt', on)))
  const common = commonRows(answered)
  if (common.length === 0)
    throw studioError(
      'committee/no-common-rows',
      runs.map(({ name }) => name),
    )
  const calibrations = await Promise.all(runs.map(({ id }) => store.prompts.calibration(id)))
  const offered = (await Promise.all(runs.map((run) => offeredBy(store, run)))).reduce((sum, each) => sum + each, 0)
  const members = answered.map((own, i) =>
    common.map((at) => {
      const row = own.get(at) as ScoredRow
      return { ...row, logProbabilities: tempered(row.logProbabilities, calibrations[i]?.temperature ?? 1) }
    }),
  )
  const together = common.map((_, i) =>
    answerTogether(
      labels,
      members.map((own) => own[i] as ScoredRow),
    ),
  )
  const fresh = on ? await unseenRows(store, runs, on, together) : together
  const metrics = taskOf(runs[0].settings).metrics(together.map(({ label }) => label))
  const [{ ofRow }] = metrics
  const grade = (row: Omit<ScoredRow, 'metrics'>): number => ofRow(row) ?? 0
  const { rows, ...figures } = measured(metrics, together, labels)
  const grades = rows.map(grade)
  const isAgreed = rows.map(({ agreeing }) => agreeing === runs.length)
  const against = (others: readonly number[], subject: Subject): Verdict =>
    verdictOf(
      grades.map((tuned, i) => ({ tuned, other: others[i] ?? 0 })),
      subject,
    )
  const own = members.map((answers) => answers.map(grade))
  const singles = runs.map(({ name }, i) => ({ name, figure: mean(own[i] ?? []) }))
  const top = singles.reduce((best, { figure }, i) => (figure > (singles[best]?.figure ?? 0) ? i : best), 0)
  const rival = await bestRival(store, runs, common, grade, on)
  const source: MeasuredOn = on ? 'table' : runs.some(isCrossValidated) ? 'folds' : 'test set'
  const found = {
    ...figures,
    rows: common.length,
    band: shareBand([headlineOf(figures)], common.length),
    members: singles,
    agreed: rightRows(grades.filter((_, i) => isAgreed[i])),
    disputed: rightRows(grades.filter((_, i) => !isAgreed[i])),
    rival: rival && against(rival.grades, rival.subject),
    best: { name: runs[top]?.name ?? '', verdict: against(own[top] ?? [], 'tuned prompt') },
    trust: {
      ...trustTogether(labelledScores(fresh, labels), calibrations, offered),
      on: source,
    },
  }
  return { ...found, sentence: committeeSentence(found) }
}

const rightRows = (grades: readonly number[]): RightRows => ({
  rows: grades.length,
  right: grades.reduce((sum, grade) => sum + grade, 0),
})

/** The runs, each once, and the labels of all of them. Errors: those of `refuseStrangers`, 'store/missing'. */
export async function committeeRuns(
  store: Tables,
  names: readonly string[],
): Promise<{ readonly runs: readonly [RunRecord, ...RunRecord[]]; readonly labels: readonly string[] }> {
  const named = await Promise.all(names.map((name) => findRun(store, name)))
  const runs = [...new Map(named.map((run) => [run.id, run])).values()] as [RunRecord, ...RunRecord[]]
  const members = await Promise.all(
    runs.map(async ({ name, settings, model, task }) => {
      const labels = (await store.tasks.byId(task))?.labels ?? []
      return { name, settings, labels, modelHash: (await modelOf(store, model)).hash }
    }),
  )
  refuseStrangers(members)
  return { runs, labels: members[0]?.labels ?? [] }
}

/** A task is one set of columns of a data set. */
function refuseOtherData([first, ...others]: readonly [RunRecord, ...RunRecord[]]): void {
  const other = others.find(({ task, version }) => task !== first.task || version !== first.version)
  if (other) throw studioError('committee/other-data', first.name, other.name)
}

/** The run as one of that place: what was scored there lastly counts. */
const at = (run: RunRecord, on: Version | undefined): RunRecord =>
  on ? { ...run, ...on, settings: { ...run.settings, folds: 0 } } : run

/** A subject's latest answers there, of its own test rows only where no place is given. Error: 'run/not-scored'. */
async function answersOf(store: Tables, run: RunRecord, subject: Subject, on: Version | undefined): Promise<Answers> {
  const found = await store.evaluations.latest(at(run, on), subject)
  if (!found) throw studioError('run/not-scored', run.name)
  const test = on ? undefined : new Set((await store.runs.split(run.id)).test)
  const rows = await store.evaluations.rows(found.id)
  return new Map(rows.flatMap((row) => (test?.has(row.row) === false ? [] : [[row.row, row]])))
}

/** The rows that all have answered, in order. */
const commonRows = ([first, ...others]: readonly Answers[]): number[] =>
  [...(first?.keys() ?? [])].filter((row) => others.every((answers) => answers.has(row))).sort((a, b) => a - b)

/** Of all that answered these rows without tuning the one that did best; undefined where nothing did. */
async function bestRival(
  store: Tables,
  runs: readonly RunRecord[],
  rows: readonly number[],
  grade: (row: ScoredRow) => number,
  on: Version | undefined,
): Promise<{ readonly subject: Subject; readonly grades: readonly number[] } | undefined> {
  let found: { readonly subject: Subject; readonly grades: readonly number[] } | undefined
  for (const run of runs)
    for (const subject of subjectNames) {
      if (subject === 'tuned prompt' || !(await store.evaluations.latest(at(run, on), subject))) continue
      const answers = await answersOf(store, run, subject, on)
      if (!rows.every((row) => answers.has(row))) continue
      const grades = rows.map((row) => grade(answers.get(row) as ScoredRow))
      if (!found || mean(grades) > mean(found.grades)) found = { subject, grades }
    }
  return found
}
