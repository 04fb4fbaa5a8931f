// Compares what a pre-flight predicts with what the whole run takes, over eight kinds of run on the real model.
import { totalmem } from 'node:os'
import type { MeasuredSteps, WireJob } from '../main/contract/compute.ts'
import type { TuneSettings } from '../main/contract/settings.ts'
import { percent } from '../main/contract/numbers.ts'
import { sealModel } from '../main/compute/seal.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { forecast } from '../main/service/runs/forecast.ts'
import { type Ran, runJob } from './support/jobs.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, type Findings, target } from './support/result.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

const configurations: readonly (Partial<TuneSettings> & { readonly name: string })[] = [
  { name: 'defaults (prefix, after-text)' },
  { name: 'prompt, after-text', method: 'prompt-tuning', steps: 60 },
  { name: 'prompt, start', method: 'prompt-tuning', placement: 'start', steps: 30 },
  { name: 'prefix, start', placement: 'start', steps: 30 },
  { name: 'prompt, start, vocabulary', method: 'prompt-tuning', placement: 'start', loss: 'vocabulary', steps: 30 },
  { name: 'prompt, start, little memory', method: 'prompt-tuning', placement: 'start', memory: 'low', steps: 30 },
  { name: 'prefix, after-text, vocabulary, little memory', loss: 'vocabulary', memory: 'low', steps: 60 },
  { name: 'prefix, after-text, generated answers', task: 'generation', steps: 60 },
]
const rows = { train: 300, validation: 60, test: 60 } as const
/** Difference between the pre-flights before and after a run, on a steady machine at most. */
const steady = 0.1
const maxTries = 5

/** One forecast against its run, on a machine whose speed differs by `drift` between the pre-flights before and after. */
interface Try {
  readonly name: string
  readonly predicted: Forecast
  readonly predictedAfter: Forecast
  readonly ran: Ran
  readonly drift: number
  /** Predicted over measured, of time and of memory. */
  readonly time: number
  readonly memory: number
}

type Forecast = ReturnType<typeof forecast>

export const forecastBench: Bench = async ({ quick, say }) => {
  const model = sealModel(await starterModel(say))
  const all = trecSplit()
  const split = {
    train: all.train.slice(0, rows.train),
    validation: all.validation.slice(0, rows.validation),
    test: all.test.slice(0, rows.test),
  }
  const others = await othersShare(2000)
  const figures: (Try & { readonly tries: number })[] = []
  for (const { name, ...chosen } of quick ? configurations.slice(0, 1) : configurations) {
    const settings = defaultSettings({ ...chosen, ...(quick ? { steps: 3 } : {}) }, trecLabels)
    const tries = await tryUntilSteady(name, { model, settings, labels: trecLabels, split, threads }, quick, say)
    const [best] = tries.toSorted((a, b) => a.drift - b.drift)
    if (best) figures.push({ ...best, tries: tries.length })
  }
  return findings(figures, others)
}

type Common = Pick<Extract<WireJob, { kind: 'tune' }>, 'model' | 'settings' | 'labels' | 'split' | 'threads'>

async function predict(common: Common): Promise<Forecast> {
  let measured: MeasuredSteps | undefined
  await runJob({ ...common, kind: 'preflight', provider: 'cpu' }, (event) => {
    if (event.event === 'preflight') measured = event.measured
  })
  if (!measured) throw new Error('The pre-flight measured nothing.')
  const { train, validation, test } = common.split
  const sizes = { train: train.length, validation: validation.length, test: test.length }
  return forecast({ settings: common.settings, labels: common.labels, rows: sizes }, measured, totalmem())
}

async function tryUntilSteady(
  name: string,
  common: Common,
  quick: boolean,
  say: (line: string) => void,
): Promise<Try[]> {
  const tries: Try[] = []
  let predicted = await predict(common)
  do {
    const ran = await runJob({ ...common, kind: 'tune', resume: undefined, providers: ['cpu'] }, () => undefined)
    const predictedAfter = await predict(common)
    const drift = Math.abs(middle(predictedAfter) / middle(predicted) - 1)
    const time = middle(predicted) / ran.seconds
    tries.push({ name, predicted, predictedAfter, ran, drift, time, memory: predicted.memory / ran.peakBytes })
    say(
      `${name}: ${predicted.seconds.map((each) => each.toFixed(0)).join(' to ')} s predicted, ${ran.seconds.toFixed(0)} s taken, ` +
        `${percent(drift)} drift of the prediction`,
    )
    predicted = predictedAfter
  } while (Math.min(...tries.map(({ drift }) => drift)) > steady && tries.length < (quick ? 1 : maxTries))
  return tries
}

function findings(figures: readonly (Try & { readonly tries: number })[], others: number): Findings {
  const unsteady = figures.filter(({ drift }) => drift > steady)
  return {
    title: 'Predictions of a pre-flight',
    method:
      `TREC, ${String(rows.train)} rows, ${String(rows.validation)} for validation, ${String(rows.test)} for testing, CPU: the pre-flight of each run in a ` +
      'process of its own, then the run, from its start to its last score, then the pre-flight again: where it predicts a time that differs by more than ' +
      `${String(100 * steady)} %, the machine has changed its speed, and the run is repeated, ${String(maxTries)} times at most; the steadiest counts. ` +
      'Time: the middle of the predicted range over the measured time.',
    table: {
      columns: [
        'run',
        'predicted s',
        'measured s',
        'middle / measured',
        'drift of the prediction',
        'tries',
        'predicted MiB',
        'peak MiB',
        'predicted / measured',
      ],
      rows: figures.map(({ name, predicted, ran, time, drift, tries, memory }) => [
        name,
        predicted.seconds.map((each) => each.toFixed(0)).join(' to '),
        ran.seconds.toFixed(0),
        time.toFixed(2),
        percent(drift),
        String(tries),
        (predicted.memory / 2 ** 20).toFixed(0),
        (ran.peakBytes / 2 ** 20).toFixed(0),
        memory.toFixed(2),
      ]),
    },
    targets: figures.flatMap(({ name, time, memory }) => [
      target(`time off by, ${name}`, 100 * Math.abs(time - 1), '<=', 20, ' %'),
      target(`memory off by, ${name}`, 100 * Math.abs(memory - 1), '<=', 15, ' %'),
    ]),
    doubts: [
      ...busyDoubts(others),
      ...(unsteady.length > 0
        ? [`the machine was not steady during ${unsteady.map(({ name }) => name).join('; ')}: these times do not count`]
        : []),
    ],
    figures,
  }
}

const middle = ({ seconds: [low, high] }: { readonly seconds: readonly [number, number] }): number => (low + high) / 2
