// Results of runs, row by row and as sentences: verdict, metrics, confusion, answers, changed answers, report.
import type { Evaluation, ScoredRow } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import { headlineOf } from '../../contract/metrics.ts'
import {
  byFigure,
  type EvaluationRecord,
  isCrossValidated,
  type RivalName,
  subjectNames,
  type RunRecord,
  strongestRival,
} from '../../contract/records.ts'
import type { AnsweredRow, FlippedRow, Input, Outputs, Verdict } from '../../contract/service.ts'
import { judgesSentence } from '../../contract/words/few-rows.ts'
import { tempered } from '../../engine/calibrate/scores.ts'
import { verdictOf, wordsAlone } from '../../engine/evaluate/significance.ts'
import { type ReportedRun, reportOf } from '../../engine/export/report.ts'
import type { Tables } from '../../engine/store/store.ts'
import { scoresLabels, taskOf } from '../../engine/task/index.ts'
import { sizesOf } from '../data/examples.ts'
import { findRun, modelOf } from '../lookup.ts'

type Subject = Evaluation['subject']

/** The rows of the subject's latest evaluation. Error: 'run/not-scored'. */
async function scored(store: Tables, run: RunRecord, subject: Subject): Promise<ScoredRow[]> {
  const found = await store.evaluations.latest(run, subject)
  if (!found) throw studioError('run/not-scored', run.name)
  return store.evaluations.rows(found.id)
}

/** Grades single answers by the headline metric of the run's task, 0 to 1; answers of another task's run are graded anew. */
function graderOf({ settings }: RunRecord, answered: readonly ScoredRow[]): (row: ScoredRow) => number {
  const [{ name, ofRow }] = taskOf(settings).metrics(answered.map(({ label }) => label))
  return (row) => row.metrics[name] ?? ofRow(row) ?? 0
}

/**
 * What a tuned prompt has to beat: the rival that did best. It is chosen on the test rows themselves, which can only
 * flatter the rival, never the tuned prompt.
 */
async function rivalOf(store: Tables, run: RunRecord): Promise<RivalName> {
  return strongestRival(byFigure(await latestEvaluations(store, run), headlineOf)) ?? 'no prompt'
}

/** Pairs the run's answers with those of a rival or of another run, over the rows that both answered. */
async function pairsOf(store: Tables, { run: name, against, rival }: Input<'runs.verdict'>) {
  const run = await findRun(store, name)
  const other = against === undefined ? undefined : await findRun(store, against)
  // Row numbers mean something within one data set only.
  if (other && other.dataset !== run.dataset) throw studioError('run/other-data', run.name, other.name)
  const tuned = await scored(store, run, 'tuned prompt')
  const subject: Subject = other ? 'tuned prompt' : (rival ?? (await rivalOf(store, run)))
  const others = await scored(store, other ?? run, subject)
  const byRow = new Map(others.map((row) => [row.row, row]))
  const pairs = tuned.flatMap((after) => {
    const before = byRow.get(after.row)
    return before ? [{ before, after }] : []
  })
  if (pairs.length === 0) throw studioError('run/no-common-rows', run.name, other?.name ?? run.name)
  return { run, pairs, subject, grade: graderOf(run, tuned) }
}

export async function verdict(store: Tables, input: Input<'runs.verdict'>): Promise<Verdict> {
  const found = await verdictOn(store, input)
  const remark = input.against === undefined ? await remarkOn(store, input.run, found) : undefined
  const judges = await judgesOf(store, input.run)
  return { ...found, ...(judges === undefined ? {} : { judges }), ...(remark === undefined ? {} : { remark }) }
}

/** Who has answered the run's test rows, where that is not the prompt that is kept. */
async function judgesOf(store: Tables, name: string): Promise<string | undefined> {
  const run = await findRun(store, name)
  if (!isCrossValidated(run)) return undefined
  const { train, folds = [] } = await store.runs.split(run.id)
  return judgesSentence(folds.length, train.length)
}

async function verdictOn(store: Tables, input: Input<'runs.verdict'>): Promise<Verdict> {
  const { pairs, subject, grade } = await pairsOf(store, input)
  return verdictOf(
    pairs.map(({ before, after }) => ({ tuned: grade(after), other: grade(before) })),
    subject,
  )
}

/** Whether words alone do as well, whichever rival did best. Runs of earlier versions were not compared with them. */
async function remarkOn(store: Tables, name: string, found: Verdict): Promise<string | undefined> {
  if (found.rival === 'word count') return wordsAlone(found)
  const run = await findRun(store, name)
  const isCounted = (await store.evaluations.latest(run, 'word count')) !== undefined
  return isCounted ? wordsAlone(await verdictOn(store, { run: name, rival: 'word count' })) : undefined
}

export async function confusion(
  store: Tables,
  { run: name, subject }: Pick<Input<'runs.confusion'>, 'run' | 'subject'>,
): Promise<Outputs['runs.confusion']> {
  const run = await findRun(store, name)
  const task = await store.tasks.byId(run.task)
  const labels = task?.labels ?? []
  const at = new Map(labels.map((label, i) => [label, i]))
  const counts = labels.map(() => labels.map(() => 0))
  for (const { label, predicted } of await scored(store, run, subject)) {
    const row = counts[at.get(label) ?? -1]
    const column = at.get(predicted)
    if (row && column !== undefined) row[column] = (row[column] ?? 0) + 1
  }
  return { labels, counts }
}

/** Texts of a run's rows, from the version that it pinned. */
async function textsByRow(store: Tables, run: RunRecord, rows: readonly number[]): Promise<Map<number, string>> {
  const [task, dataset] = await Promise.all([store.tasks.byId(run.task), store.datasets.byId(run.dataset)])
  const at = dataset?.columns.indexOf(task?.textColumn ?? '') ?? -1
  const found = await store.rows.read(run.dataset, run.version, rows)
  return new Map(found.map(({ row, cells }) => [row, cells[at] ?? '']))
}

export async function answers(store: Tables, input: Input<'runs.answers'>): Promise<AnsweredRow[]> {
  const { run: name, subject, label, predicted } = input
  const run = await findRun(store, name)
  const labels = (await store.tasks.byId(run.task))?.labels ?? []
  const all = await scored(store, run, subject)
  const calibration = subject === 'tuned prompt' ? await store.prompts.calibration(run.id) : undefined
  const probabilityOf = ({ logProbabilities, predicted }: ScoredRow): number =>
    Math.exp(tempered(logProbabilities, calibration?.temperature ?? 1)[labels.indexOf(predicted)] ?? -Infinity)
  const grade = graderOf(run, all)
  const wanted = all.filter(
    (row) => (label === undefined || row.label === label) && (predicted === undefined || row.predicted === predicted),
  )
  const texts = await textsByRow(
    store,
    run,
    wanted.map(({ row }) => row),
  )
  return wanted.map((row) => ({
    row: row.row,
    text: texts.get(row.row) ?? '',
    label: row.label,
    predicted: row.predicted,
    probability: probabilityOf(row),
    grade: grade(row),
  }))
}

export async function flips(store: Tables, input: Input<'runs.flips'>): Promise<Outputs['runs.flips']> {
  const { run, pairs, grade } = await pairsOf(store, input)
  // Each answer is graded once: comparing two long ones takes a while.
  const graded = pairs.map(({ before, after }) => ({
    before,
    after,
    grades: { before: grade(before), after: grade(after) },
  }))
  const changed = graded.filter(({ grades }) => grades.before !== grades.after)
  const texts = await textsByRow(
    store,
    run,
    changed.map(({ after }) => after.row),
  )
  const shown = (some: typeof changed): FlippedRow[] =>
    some.map(({ before, after, grades }) => ({
      row: after.row,
      text: texts.get(after.row) ?? '',
      label: after.label,
      before: before.predicted,
      after: after.predicted,
      grades,
    }))
  const gain = ({ grades }: (typeof changed)[0]): number => grades.after - grades.before
  // The largest change first; among labels all are alike, and stay in the table's order.
  return {
    fixed: shown(changed.filter((pair) => gain(pair) > 0).sort((a, b) => gain(b) - gain(a))),
    broken: shown(changed.filter((pair) => gain(pair) < 0).sort((a, b) => gain(a) - gain(b))),
  }
}

/** All metrics of each subject's latest answers. */
export async function metrics(store: Tables, { run: name }: Input<'runs.metrics'>): Promise<Outputs['runs.metrics']> {
  const evaluations = await latestEvaluations(store, await findRun(store, name))
  return evaluations.map(({ subject, headline, metrics }) => ({ subject, headline, metrics }))
}

/** Each subject's latest evaluation, in the order of `subjectNames`. */
async function latestEvaluations(store: Tables, run: RunRecord): Promise<EvaluationRecord[]> {
  const found = await Promise.all(subjectNames.map((subject) => store.evaluations.latest(run, subject)))
  return found.filter((each) => each !== undefined)
}

/** Generated answers that a report shows, the worst ones. */
const REPORTED = 30

const worst = (rows: readonly AnsweredRow[]): AnsweredRow[] =>
  rows.toSorted((a, b) => a.grade - b.grade).slice(0, REPORTED)

export const report = async (store: Tables, { runs }: Input<'runs.report'>): Promise<Outputs['runs.report']> => ({
  html: reportOf(await reportedRuns(store, runs), new Date()),
})

/** What a report shows of the runs with these names. */
export const reportedRuns = (store: Tables, names: readonly string[]): Promise<ReportedRun[]> =>
  Promise.all(
    names.map(async (name) => {
      const run = await findRun(store, name)
      const [model, dataset, task, split, steps, validations] = await Promise.all([
        modelOf(store, run.model),
        store.datasets.byId(run.dataset),
        store.tasks.byId(run.task),
        store.runs.split(run.id),
        store.metrics.steps(run.id),
        store.metrics.validations(run.id),
      ])
      const isEvaluated = run.state === 'finished'
      const chosen = scoresLabels(run.settings)
      const query = { run: name, subject: 'tuned prompt' as const }
      return {
        run,
        model,
        dataset: dataset?.name ?? '',
        labels: task?.labels ?? [],
        rows: sizesOf(split),
        steps,
        validations,
        verdict: isEvaluated ? await verdict(store, { run: name }) : undefined,
        evaluations: await latestEvaluations(store, run),
        confusion: isEvaluated && chosen ? await confusion(store, query) : undefined,
        generated: isEvaluated && !chosen ? worst(await answers(store, query)) : [],
      }
    }),
  )
