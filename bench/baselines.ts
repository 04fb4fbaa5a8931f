// The baselines that need no tuned language model, on real rows: what they reach, and in which time.
import { headlineOf } from '../main/contract/metrics.ts'
import type { PreparedModel } from '../main/contract/model.ts'
import { inPercent, percent } from '../main/contract/numbers.ts'
import { type BaselineName, baselineNames } from '../main/contract/records.ts'
import type { Example, Split } from '../main/contract/settings.ts'
import { evaluateBaseline } from '../main/engine/baseline/index.ts'
import { encoderFor } from '../main/engine/evaluate/encode.ts'
import { hiddenStates } from '../main/engine/evaluate/hidden-states.ts'
import { createInferenceRunner } from '../main/engine/evaluate/inference-runner.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { allIntents, bankingSplit } from './support/banking.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { sampleLabels, sampleSplit } from './support/sample.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

interface Case {
  readonly name: string
  readonly labels: readonly string[]
  readonly split: Split
  /** What scikit-learn reaches on such rows, in per cent; a few points below it is chance. */
  readonly wanted: { readonly [N in BaselineName]?: number }
}

async function cases(): Promise<Case[]> {
  const samples = await Promise.all(
    [0, 1, 2].map(async (seed) => ({
      name: `sample, split ${seed}`,
      labels: sampleLabels(),
      split: await sampleSplit(seed),
    })),
  )
  return [
    { name: 'TREC', labels: trecLabels, split: trecSplit(), wanted: { 'word count': 78 } },
    { name: 'banking77, ten intents', ...bankingSplit(), wanted: {} },
    { name: 'banking77, all intents', ...allIntents(), wanted: {} },
    ...samples.map((each) => ({ ...each, wanted: {} })),
  ]
}

interface Figure {
  readonly name: string
  readonly baseline: BaselineName
  readonly rows: number
  readonly accuracy: number
  readonly seconds: number
}

export const baselines: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const figures: Figure[] = []
  const all = await cases()
  for (const each of all)
    for (const baseline of baselineNames) {
      figures.push(await measured(model, quick ? small(each) : each, baseline))
      const { accuracy, seconds } = figures.at(-1) as Figure
      say(`${each.name}, ${baseline}: ${percent(accuracy, 1)} in ${seconds.toFixed(1)} s`)
    }
  const of = (name: string, baseline: BaselineName): number =>
    100 * (figures.find((each) => each.name === name && each.baseline === baseline)?.accuracy ?? NaN)
  return {
    title: 'What needs no tuned language model',
    method:
      'Word count: TF-IDF of word and character n-grams with logistic regression, no language model. Linear probe: logistic regression on the starter model’s last hidden ' +
      'state (CPU, float32, all texts read anew). Both learn from the training rows, choose their penalty on the validation rows, and answer the test rows once. ' +
      'TREC: 1,000 rows, 500 test rows; banking77: 560 rows of ten intents, and all 10,003 rows of 77; the sample as the studio splits it.',
    table: {
      columns: ['rows', 'baseline', 'training rows', 'right %', 's'],
      rows: figures.map(({ name, baseline, rows, accuracy, seconds }) => [
        name,
        baseline,
        String(rows),
        inPercent(accuracy, 1),
        seconds.toFixed(1),
      ]),
    },
    targets: all.flatMap(({ name, wanted }) =>
      Object.entries(wanted).map(([baseline, least]) =>
        target(`${name}, ${baseline}, right %`, of(name, baseline as BaselineName), '>=', least),
      ),
    ),
    doubts: [],
    figures,
  }
}

const small = ({ split, ...rest }: Case): Case => {
  const some = (rows: readonly Example[]): Example[] => rows.slice(0, 24)
  return { ...rest, split: { train: some(split.train), validation: some(split.validation), test: some(split.test) } }
}

async function measured(model: PreparedModel, { name, labels, split }: Case, baseline: BaselineName): Promise<Figure> {
  const settings = defaultSettings({}, labels)
  const encoder = encoderFor(model, settings, labels)
  const runner = createInferenceRunner(model, { threads })
  const statesOf = (rows: readonly Example[]): Promise<Float32Array[]> =>
    hiddenStates(
      runner,
      rows.map(({ text }) => encoder.row(text)),
      undefined,
    )
  const watch = { onProgress: () => undefined, stopRequested: () => false }
  const began = performance.now()
  const found = await evaluateBaseline(baseline, { settings, labels, split, hiddenStates: statesOf }, watch).finally(
    () => runner.release(),
  )
  if (!found) throw new Error('nobody stopped it')
  return {
    name,
    baseline,
    rows: split.train.length,
    accuracy: headlineOf(found),
    seconds: (performance.now() - began) / 1000,
  }
}
