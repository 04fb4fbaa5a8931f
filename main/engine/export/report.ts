// A page about some runs to keep, print or send: one file, no script, nothing fetched.
import type { StepMetrics } from '../../contract/compute.ts'
import { namesOf } from '../../contract/metrics.ts'
import type { EvaluationFigures, ModelRecord, RunRecord, SplitSizes, ValidationRecord } from '../../contract/records.ts'
import type { AnsweredRow, Outputs, Verdict } from '../../contract/service.ts'
import type { TaskName } from '../../contract/settings.ts'
import { subjectWords } from '../../contract/words/subjects.ts'
import { percent } from '../../contract/numbers.ts'
import { escaped } from './escaped.ts'
import { curvesOf } from './report-curves.ts'

export interface ReportedRun {
  readonly run: RunRecord
  readonly model: Pick<ModelRecord, 'name' | 'family' | 'hash' | 'licence'>
  readonly dataset: string
  readonly labels: readonly string[]
  /** How many rows the training, validation and test set have. */
  readonly rows: SplitSizes
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
  /** Undefined where it has not finished. */
  readonly verdict: Verdict | undefined
  /** Metrics of each subject that was evaluated. */
  readonly evaluations: readonly EvaluationFigures[]
  /** Undefined as well where answers are generated. */
  readonly confusion: Outputs['runs.confusion'] | undefined
  /** Answers that the tuned prompt generated, as far as they are shown; the worst first. */
  readonly generated: readonly AnsweredRow[]
}

const style = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #24201b; background: #fff; max-width: 960px; margin: 40px auto; padding: 0 24px; }
  h1 { font-size: 28px; } h2 { font-size: 20px; margin-top: 40px; } h3 { font-size: 15px; margin-top: 24px; }
  table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
  th, td { border: 1px solid #d8d2c8; padding: 4px 10px; text-align: left; } td.n { text-align: right; white-space: nowrap; }
  .wide { overflow-x: auto; } td.right { background: #e4f3e8; } .verdict { font-size: 18px; } .quiet { color: #6b645a; } .legend span { margin-right: 20px; white-space: nowrap; } pre { white-space: pre-wrap; }
  @media print { body { margin: 0; } h2 { break-after: avoid; } table, svg { break-inside: avoid; } }`

/** What a report says before its runs. */
export interface ReportLead {
  readonly title: string
  /** HTML. */
  readonly body: string
}

/** Several runs are led by what differs between them where no other lead is given. */
export function reportOf(runs: readonly ReportedRun[], at: Date, lead?: ReportLead): string {
  const title = lead?.title ?? (runs.length === 1 ? `Run ${runs[0]?.run.name ?? ''}` : `${runs.length} runs compared`)
  const several = runs.length > 1 ? `${overview(runs)}${differences(runs)}` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="quiet">Softprompt Studio, ${at.toISOString().slice(0, 10)}. All figures come from the test set: rows that tuning never saw.</p>
${lead?.body ?? several}
${runs.length > 1 ? `<h2>Curves</h2>${curvesOf(runs)}` : ''}
${runs.map(section).join('\n')}
</body>
</html>
`
}

function overview(runs: readonly ReportedRun[]): string {
  const rows = runs.map(
    ({ run, verdict }) =>
      `<tr><td>${escaped(run.name)}</td><td class="n">${verdict ? percent(verdict.tuned, 1) : ''}</td><td class="n">${verdict ? percent(verdict.other, 1) : ''}</td><td>${escaped(verdict?.sentence ?? `Not evaluated: ${run.state}.`)}</td></tr>`,
  )
  return `<table><tr><th>Run</th><th>Tuned</th><th>Best without tuning</th><th>Verdict</th></tr>${rows.join('')}</table>`
}

const settingsOf = ({ run, model, dataset }: ReportedRun): Record<string, string> => ({
  'base model': model.name,
  'data set': `${dataset}, version ${run.version}`,
  ...Object.fromEntries(
    Object.entries(run.settings).map(([name, value]) => [
      name,
      name === 'from' && run.settings.from
        ? run.settings.from.name
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value),
    ]),
  ),
})

/** Only what differs between the runs. */
function differences(runs: readonly ReportedRun[]): string {
  const all = runs.map(settingsOf)
  const names = Object.keys(all[0] ?? {}).filter((name) => new Set(all.map((each) => each[name])).size > 1)
  if (names.length === 0) return '<h2>Settings</h2><p>All runs have the same settings.</p>'
  const head = `<tr><th>Setting</th>${runs.map(({ run }) => `<th>${escaped(run.name)}</th>`).join('')}</tr>`
  const rows = names.map(
    (name) =>
      `<tr><th>${escaped(name)}</th>${all.map((each) => `<td>${escaped(each[name] ?? '')}</td>`).join('')}</tr>`,
  )
  return `<h2>Settings that differ</h2><table>${head}${rows.join('')}</table>`
}

function section(reported: ReportedRun): string {
  const { run, verdict, confusion } = reported
  const settings = Object.entries(settingsOf(reported)).map(
    ([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  )
  return `<h2>${escaped(run.name)}</h2>
<p class="verdict">${escaped(verdict?.sentence ?? `This run has not been evaluated: it is ${run.state}.`)}</p>
${verdict?.judges === undefined ? '' : `<p>${escaped(verdict.judges)}</p>`}
${verdict?.remark === undefined ? '' : `<p>${escaped(verdict.remark)}</p>`}
${run.note === '' ? '' : `<pre>${escaped(run.note)}</pre>`}
${ways(reported)}
<h3>Loss</h3>${curvesOf([reported])}
${confusion ? `<h3>Confusion matrix</h3>${matrix(confusion)}` : ''}${answers(reported.generated)}
<h3>Data and model</h3><table>${facts(reported)}</table>
<h3>Settings</h3><table>${settings.join('')}</table>`
}

/** Every evaluation on the test set, and the best hand-written prompt. */
function ways({ evaluations }: ReportedRun): string {
  if (evaluations.length === 0) return ''
  const names = namesOf(evaluations)
  const rows = evaluations.map(({ subject, metrics, rows }) => {
    const cells = names.map((name) => metrics[name])
    return `<tr><td>${subjectWords[subject].name}</td>${cells.map((value) => `<td class="n">${value === undefined ? '' : percent(value, 1)}</td>`).join('')}<td class="n">${rows}</td></tr>`
  })
  const words = evaluations.flatMap(({ handWritten }) => handWritten ?? [])
  const explained = evaluations.flatMap(({ subject }) => {
    const { name, help } = subjectWords[subject]
    return help === undefined ? [] : `<p class="quiet">${name}: ${help}</p>`
  })
  return `<h3>All ways compared</h3><table><tr><th></th>${names.map((name) => `<th>${escaped(name)}</th>`).join('')}<th>test rows</th></tr>${rows.join('')}</table>${explained.join('')}
${words.map((each) => `<p class="quiet">The hand-written prompt, chosen on the validation set:</p><pre>${escaped(each)}</pre>`).join('')}`
}

function facts({ run, model, dataset, labels, rows }: ReportedRun): string {
  const all = [
    ['Data', `${dataset}, version ${run.version}`],
    ['Rows', rowsOf(rows)],
    ['Task', tasks[run.settings.task ?? 'classification']],
    ...(labels.length === 0 ? [] : [['Labels', labels.join(', ')] as const]),
    ['Base model', `${model.name}, of the ${model.family} family, licence ${model.licence ?? 'not stated'}`],
    ['SHA-256 of its file', model.hash],
  ] as const
  return all.map(([name, value]) => `<tr><th>${name}</th><td>${escaped(value)}</td></tr>`).join('')
}

const rowsOf = ({ train, validation, test, folds }: SplitSizes): string =>
  folds === undefined
    ? `${train} to learn from (training set), ${validation} to check on while learning (validation set), ${test} for the final test (test set)`
    : `${train} to learn from, ${test} of them for the final test, by ${folds}-fold cross-validation`

const tasks: { readonly [T in TaskName]: string } = {
  classification: 'choose a label',
  generation: 'write a text or fields',
  answering: 'answer a question',
}

function answers(rows: readonly AnsweredRow[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map(
    ({ text, label, predicted, grade }) =>
      `<tr><td>${escaped(text)}</td><td>${escaped(label)}</td><td>${escaped(predicted)}</td><td class="n">${percent(grade, 1)}</td></tr>`,
  )
  return `<h3>Answers of the tuned prompt, the worst first</h3><table><tr><th>Text</th><th>Right answer</th><th>Answer</th><th>Score</th></tr>${lines.join('')}</table>`
}

function matrix({ labels, counts }: Outputs['runs.confusion']): string {
  const head = `<tr><th>right \\ answered</th>${labels.map((label) => `<th>${escaped(label)}</th>`).join('')}</tr>`
  const rows = labels.map(
    (label, i) =>
      `<tr><th>${escaped(label)}</th>${labels.map((_, j) => `<td class="n${i === j ? ' right' : ''}">${counts[i]?.[j] ?? 0}</td>`).join('')}</tr>`,
  )
  return `<table>${head}${rows.join('')}</table>`
}
