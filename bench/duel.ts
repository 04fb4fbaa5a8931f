// The verdicts at a run's end: tuned prompts against no prompt, the best hand-written one and, among labels, baselines.
import type { Evaluation, ScoredRow } from '../main/contract/compute.ts'
import { headlineOf, namesOf } from '../main/contract/metrics.ts'
import type { PreparedModel } from '../main/contract/model.ts'
import { type Subject, subjectNames } from '../main/contract/records.ts'
import type { VerdictKind } from '../main/contract/service.ts'
import type { Split, TaskName } from '../main/contract/settings.ts'
import { percent } from '../main/contract/numbers.ts'
import { verdictOf } from '../main/engine/evaluate/significance.ts'
import { createRandom } from '../main/engine/random.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { shapeOf } from '../main/engine/train/from-data.ts'
import { bankingSplit } from './support/banking.ts'
import { starterModel } from './support/model.ts'
import { type Bench, type Target } from './support/result.ts'
import { trecLabels, trecSplit } from './support/trec.ts'
import { tuned } from './support/tuned.ts'
import { generatedSplit } from './support/generated-tasks.ts'

interface Case {
  readonly name: string
  readonly task: TaskName
  readonly labels: readonly string[]
  readonly split: Split
  readonly wanted: VerdictKind
}

const cases = (): Case[] => {
  const banking = bankingSplit()
  const trec = trecSplit()
  return [
    { name: 'banking77, ten intents', task: 'classification', ...banking, wanted: 'better' },
    { name: 'TREC', task: 'classification', labels: trecLabels, split: trec, wanted: 'better' },
    { name: 'a tie: TREC’s questions, random labels', task: 'classification', ...tie(trec), wanted: 'cannot tell' },
    { name: 'orders to JSON', task: 'generation', labels: [], split: generatedSplit('orders'), wanted: 'better' },
    {
      name: 'questions about a text',
      task: 'answering',
      labels: [],
      split: generatedSplit('questions'),
      wanted: 'better',
    },
  ]
}

/** Random labels: no prompt can predict them, tuned or hand-written. */
function tie({ train, validation, test }: Split): { readonly labels: readonly string[]; readonly split: Split } {
  const random = createRandom(5)
  const labels = ['left', 'right']
  const some = (rows: Split['train'], count: number): Split['train'] =>
    rows.slice(0, count).map((row) => ({ ...row, label: labels[random.integer(2)] ?? '' }))
  return { labels, split: { train: some(train, 200), validation: some(validation, 60), test: some(test, 300) } }
}

export const duel: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const figures = []
  for (const each of cases()) {
    say(`The duel: ${each.name}`)
    figures.push(await fought(model, each, quick, say))
  }
  return {
    title: 'The duel: tuned prompts against hand-written prompts and baselines',
    method:
      'Each task with the defaults that the studio takes from its rows, the starter model, CPU. Hand-written prompts (an instruction, and few-shot with 4 and 8 examples) ' +
      'are chosen on the validation set, and so are the penalties of the baselines (a word count without a language model, a linear probe of the untuned one); all ' +
      'answer the same test set once. The targets are about prompts; where a word count does as well, that is a result and no failure. The tie is TREC with random labels. ' +
      'Orders and questions are generated from templates (bench/support/generated-tasks.ts).',
    table: {
      columns: ['task', 'figure', ...subjectNames.map((name) => `${name} %`), 'verdict'],
      rows: figures.flatMap(({ name, metrics, verdicts }) =>
        metrics.map(({ name: metric, values }, i) => [
          ...[i === 0 ? name : '', metric],
          ...values.map((value) => (value === undefined ? '–' : (100 * value).toFixed(1))),
          i === 0 ? verdicts.map(({ sentence }) => sentence).join(' ') : '',
        ]),
      ),
    },
    targets: figures.flatMap(({ name, wanted, verdicts }) =>
      verdicts
        .filter(({ rival }) => rival.endsWith('prompt'))
        .map(({ kind, rival }): Target => ({
          what: `${name}, against ${rival}`,
          wanted,
          got: kind,
          met: kind === wanted,
        })),
    ),
    doubts: [],
    figures,
  }
}

async function fought(
  model: PreparedModel,
  { name, task, labels, split: all, wanted }: Case,
  quick: boolean,
  say: (line: string) => void,
) {
  const split = quick
    ? { train: all.train.slice(0, 40), validation: all.validation.slice(0, 8), test: all.test.slice(0, 12) }
    : all
  const shape = shapeOf(split, labels.length, model.config.hidden)
  const settings = defaultSettings({ task, ...(quick ? { steps: 3 } : {}) }, labels, shape)
  const began = performance.now()
  const evaluations = await tuned({ model, settings, labels, split }, (event) => {
    if (event.event === 'validation')
      say(`  step ${event.step}: loss ${event.loss.toFixed(3)}, ${percent(headlineOf(event))} right`)
  })
  const seconds = (performance.now() - began) / 1000
  const of = (subject: Subject): Evaluation => {
    const found = evaluations.find((evaluation) => evaluation.subject === subject)
    if (!found) throw new Error(`${name}: ${subject} was not evaluated.`)
    return found
  }
  const compared = subjectNames.map((subject) => evaluations.find((evaluation) => evaluation.subject === subject))
  const grade = ({ metrics }: ScoredRow): number => headlineOf({ ...of('tuned prompt'), metrics })
  const best = of('tuned prompt').rows
  const verdicts = compared.flatMap((evaluation) => {
    if (evaluation === undefined || evaluation.subject === 'tuned prompt') return []
    const { subject: rival, rows: others } = evaluation
    const pairs = best.flatMap((row, i) => {
      const other = others[i]
      return other ? [{ tuned: grade(row), other: grade(other) }] : []
    })
    return verdictOf(pairs, rival)
  })
  for (const { sentence } of verdicts) say(`  ${sentence}`)
  return {
    ...{ name, wanted, settings, seconds, verdicts },
    handWritten: of('hand-written prompt').handWritten,
    metrics: namesOf(evaluations).map((name) => ({ name, values: compared.map((each) => each?.metrics[name]) })),
    answers: best.slice(0, 5),
  }
}
