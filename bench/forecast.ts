// Compares what a pre-flight predicts, and what a run says is left of it, with what the whole run takes, over kinds of run on the real model.
import { totalmem } from 'node:os'
import type { MeasuredSteps, WireJob } from '../main/contract/compute.ts'
import type { TuneSettings } from '../main/contract/settings.ts'
import { percent, points } from '../main/contract/numbers.ts'
import { sealModel } from '../main/compute/seal.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { sizesOf } from '../main/service/data/examples.ts'
import { forecast } from '../main/service/runs/forecast.ts'
import { lengthsOf } from '../main/service/runs/material.ts'
import { type Rates, ratesFrom } from '../main/service/runs/parts.ts'
import { type Ran, runJob } from './support/jobs.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, type Findings, target } from './support/result.ts'
import { shares, type TimeLeft, watchTimeLeft } from './support/time-left.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

/** `timed`: whether the time left is logged as well; `keptAt`: share of the steps after which its owner stops and keeps it. */
type Configuration = Partial<TuneSettings> & {
  readonly name: string
  readonly timed?: true | undefined
  readonly keptAt?: number | undefined
}

const configurations: readonly Configuration[] = [
  { name: 'defaults (prefix, after-text)', timed: true },
  { name: 'defaults, stopped and kept', timed: true, keptAt: 0.4 },
  { name: 'most accurate (tail-lora)', method: 'tail-lora', timed: true },
  { name: 'prompt, after-text', method: 'prompt-tuning', steps: 60 },
  { name: 'prompt, start', method: 'prompt-tuning', placement: 'start', steps: 30, timed: true },
  { name: 'prefix, start', placement: 'start', steps: 30 },
  { name: 'prompt, start, vocabulary', method: 'prompt-tuning', placement: 'start', loss: 'vocabulary', steps: 30 },
  { name: 'prompt, start, little memory', method: 'prompt-tuning', placement: 'start', memory: 'low', steps: 30 },
  { name: 'prefix, after-text, vocabulary, little memory', loss: 'vocabulary', memory: 'low', steps: 60 },
  { name: 'prefix, after-text, generated answers', task: 'generation', steps: 60, timed: true },
]
const rows = { train: 300, validation: 60, test: 60 } as const
/** Difference between the pre-flights before and after a run, on a steady machine at most. */
const steady = 0.1
const maxTries = 5
/** Relative error of the time left that is borne from a tenth of the way on. */
const mostOff = 0.25

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
  /** What it said was left: on a computer that had measured nothing of its kind, and behind a pre-flight. */
  readonly left: { readonly unknown: TimeLeft; readonly known: TimeLeft } | undefined
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
  for (const { name, timed, keptAt, ...chosen } of quick ? configurations.slice(0, 2) : configurations) {
    const settings = defaultSettings({ ...chosen, ...(quick ? { steps: 5 } : {}) }, trecLabels)
    const job = { model, settings, labels: trecLabels, split, threads }
    const tries = await tryUntilSteady({ name, timed, keptAt }, job, quick, say)
    const [best] = tries.toSorted((a, b) => a.drift - b.drift)
    if (best) figures.push({ ...best, tries: tries.length })
  }
  return findings(figures, others)
}

type Common = Pick<Extract<WireJob, { kind: 'tune' }>, 'model' | 'settings' | 'labels' | 'split' | 'threads'>

async function predict(common: Common): Promise<Prediction> {
  let measured: MeasuredSteps | undefined
  await runJob({ ...common, kind: 'preflight', provider: 'cpu' }, (event) => {
    if (event.event === 'preflight') measured = event.measured
  })
  if (!measured) throw new Error('The pre-flight measured nothing.')
  const plan = { settings: common.settings, labels: common.labels, rows: sizesOf(common.split) }
  return { ...forecast(plan, measured, totalmem()), rates: ratesFrom(measured, plan) }
}

type Prediction = Forecast & { readonly rates: Rates }

/** The run, and what it said all the while was left. */
async function runTimed(
  common: Common,
  { timed, keptAt = Infinity }: Pick<Configuration, 'timed' | 'keptAt'>,
  known: Rates,
): Promise<{ readonly ran: Ran; readonly left: Try['left'] }> {
  const { settings, labels, split } = common
  const lengths = lengthsOf([...split.train, ...split.validation])
  const plan = { settings, labels, rows: sizesOf(split), lengths, until: undefined }
  const watches = timed ? ([undefined, known] as const).map((rates) => watchTimeLeft(plan, rates)) : []
  const ran = await runJob({ ...common, kind: 'tune', resume: undefined, providers: ['cpu'] }, (event, job) => {
    for (const watch of watches) watch.hear(event)
    if (event.event !== 'step' || event.metrics.step !== Math.ceil(keptAt * settings.steps)) return
    job.keep()
    for (const watch of watches) watch.keep()
  })
  const [unknown, behind] = watches.map((watch) => watch.end())
  return { ran, left: unknown && behind && { unknown, known: behind } }
}

async function tryUntilSteady(
  { name, timed, keptAt }: Pick<Configuration, 'name' | 'timed' | 'keptAt'>,
  common: Common,
  quick: boolean,
  say: (line: string) => void,
): Promise<Try[]> {
  const tries: Try[] = []
  let predicted = await predict(common)
  do {
    const { ran, left } = await runTimed(common, { timed, keptAt }, predicted.rates)
    const predictedAfter = await predict(common)
    const drift = Math.abs(middle(predictedAfter) / middle(predicted) - 1)
    const time = middle(predicted) / ran.seconds
    tries.push({ name, predicted, predictedAfter, ran, drift, time, memory: predicted.memory / ran.peakBytes, left })
    for (const [how, said] of Object.entries(left ?? {})) say(`${name}, time left, ${how}: ${errorsOf(said)}`)
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
      'Time: the middle of the predicted range over the measured time. Time left: what the run said, logged every 5 s from its start to its ' +
      'verdict, over what then was left, at 10, 50 and 90 % of the way: without anything known of its kind / behind a pre-flight; of a run ' +
      'that is stopped and kept, of the way from there.',
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
        'time left off by, at 10, 50, 90 %',
      ],
      rows: figures.map(({ name, predicted, ran, time, drift, tries, memory, left }) => [
        name,
        predicted.seconds.map((each) => each.toFixed(0)).join(' to '),
        ran.seconds.toFixed(0),
        time.toFixed(2),
        percent(drift),
        String(tries),
        (predicted.memory / 2 ** 20).toFixed(0),
        (ran.peakBytes / 2 ** 20).toFixed(0),
        memory.toFixed(2),
        left ? `${errorsOf(left.unknown)} / ${errorsOf(left.known)}` : '',
      ]),
    },
    targets: figures.flatMap(({ name, time, memory, left }) => [
      // A run that is kept early is shorter than was predicted of it.
      ...(isKept(name) ? [] : [target(`time off by, ${name}`, 100 * Math.abs(time - 1), '<=', 20, ' %')]),
      target(`memory off by, ${name}`, 100 * Math.abs(memory - 1), '<=', 15, ' %'),
      ...Object.entries(left ?? {}).map(([how, { errors }]) =>
        target(`time left off by at most, ${name}, ${how}`, 100 * mostOf(errors), '<=', 100 * mostOff, ' %'),
      ),
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

const isKept = (name: string): boolean => configurations.some((each) => each.name === name && each.keptAt !== undefined)

/** Nothing said counts as all of it. */
const mostOf = (errors: TimeLeft['errors']): number => Math.max(...shares.map((share) => Math.abs(errors[share] ?? 1)))

const errorsOf = ({ errors }: TimeLeft): string =>
  shares.map((share) => (errors[share] === undefined ? 'not said' : `${points(errors[share])} %`)).join(', ')

const middle = ({ seconds: [low, high] }: { readonly seconds: readonly [number, number] }): number => (low + high) / 2
