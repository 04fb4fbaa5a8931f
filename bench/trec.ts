// TREC's six classes from 1,000 rows: the accuracy that four ways of tuning reach on all 500 test rows.
import { headlineOf } from '../main/contract/metrics.ts'
import type { PreparedModel } from '../main/contract/model.ts'
import type { Evaluation, StepMetrics } from '../main/contract/compute.ts'
import type { ValidationRecord } from '../main/contract/records.ts'
import type { Split, TuneSettings } from '../main/contract/settings.ts'
import { inPercent, percent } from '../main/contract/numbers.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { starterModel } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { spread } from './support/spread.ts'
import { trecLabels, trecSeed, trecSplit } from './support/trec.ts'
import { tuned } from './support/tuned.ts'

interface Way {
  readonly name: string
  readonly chosen: Partial<TuneSettings>
  /** Accuracy to reach, and within how many steps. */
  readonly wanted: number
  readonly steps: number
}

const ways: readonly Way[] = [
  { name: 'defaults (prefix, after-text)', chosen: {}, wanted: 0.93, steps: 200 },
  { name: 'prompt, start', chosen: { method: 'prompt-tuning', placement: 'start' }, wanted: 0.75, steps: 300 },
  { name: 'prompt, after-text', chosen: { method: 'prompt-tuning', placement: 'after-text' }, wanted: 0.8, steps: 300 },
  { name: 'prefix, start', chosen: { method: 'prefix-tuning', placement: 'start' }, wanted: 0.9, steps: 300 },
]

export const trec: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const all = trecSplit()
  const some = {
    train: all.train.slice(0, 40),
    validation: all.validation.slice(0, 10),
    test: all.test.slice(0, 20),
  }
  const figures = []
  for (const way of ways) {
    say(`TREC: ${way.name}`)
    figures.push(await tunedIn(model, way, quick ? some : all, quick, say))
  }
  return {
    title: "TREC's six classes from 1,000 rows",
    method:
      `The first 1,000 training rows of a shuffle with seed ${trecSeed}, 100 of them for validation; all 500 test rows are kept apart ` +
      'and answered once, at the end. 16 virtual tokens, batch 16, loss among the labels, CPU. What is not named is the default.',
    table: {
      columns: ['way', 'no prompt %', 'tuned %', 'macro-F1 %', 'steps', 'best at step', 'rate', 's', 'ms a step'],
      rows: figures.map(({ way, before, after, settings, bestStep, seconds, millisecondsAStep }) => [
        way,
        inPercent(before.accuracy ?? 0, 1),
        inPercent(after.accuracy ?? 0, 1),
        inPercent(after.macro_f1 ?? 0, 1),
        String(settings.steps),
        String(bestStep),
        String(settings.learningRate),
        seconds.toFixed(0),
        millisecondsAStep.median.toFixed(0),
      ]),
    },
    targets: figures.flatMap(({ way, after, settings, wanted, within }) => [
      target(`accuracy on the test rows, ${way}`, 100 * (after.accuracy ?? 0), '>=', 100 * wanted, ' %'),
      target(`steps, ${way}`, settings.steps, '<=', within),
    ]),
    doubts: [],
    figures,
  }
}

async function tunedIn(model: PreparedModel, way: Way, split: Split, quick: boolean, say: (line: string) => void) {
  const settings = defaultSettings({ ...way.chosen, duel: false, ...(quick ? { steps: 2, batch: 4 } : {}) }, trecLabels)
  const steps: StepMetrics[] = []
  const validations: Pick<ValidationRecord, 'step' | 'loss' | 'metrics'>[] = []
  let bestStep = 0
  const began = performance.now()
  const evaluations = await tuned({ model, settings, labels: trecLabels, split }, (event) => {
    if (event.event === 'step') steps.push(event.metrics)
    if (event.event !== 'validation') return
    const { step, loss, metrics, best } = event
    validations.push({ step, loss, metrics })
    if (best) bestStep = step
    say(`  step ${step}: validation loss ${loss.toFixed(3)}, accuracy ${percent(headlineOf(event), 1)}`)
  })
  const seconds = (performance.now() - began) / 1000
  const of = (subject: Evaluation['subject']) => evaluations.find((evaluation) => evaluation.subject === subject)
  const [before, after] = [of('no prompt'), of('tuned prompt')]
  if (!before || !after) throw new Error(`${way.name} was not evaluated.`)
  return {
    way: way.name,
    settings,
    wanted: way.wanted,
    within: way.steps,
    before: before.metrics,
    after: after.metrics,
    bestStep,
    seconds,
    millisecondsAStep: spread(steps.map(({ milliseconds }) => milliseconds)),
    losses: steps.map(({ loss }) => loss),
    validations,
    rows: { train: split.train.length, validation: split.validation.length, test: split.test.length },
  }
}
