// Full fine-tuning of the starter model: what it needs beside what its pre-flight says, and what it learns.
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ComputeEvent, MeasuredSteps, WireJob } from '../main/contract/compute.ts'
import { headlineOf } from '../main/contract/metrics.ts'
import { percent } from '../main/contract/numbers.ts'
import type { GivenSettings, OptimiserName } from '../main/contract/settings.ts'
import { sealModel } from '../main/compute/seal.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { modelRunNeeds } from '../main/engine/train/tuned-model.ts'
import { runJob } from './support/jobs.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'
import { spread } from './support/spread.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

interface Configuration {
  readonly name: string
  readonly settings: GivenSettings & { readonly optimiser: OptimiserName }
  /** Whether it takes all its steps; the others take enough for their peak. */
  readonly isWhole: boolean
}

const configurations: readonly Configuration[] = [
  { name: 'AdamW with 8 bits, the default', settings: { optimiser: 'adamw-8bit' }, isWhole: true },
  { name: 'AdamW with 8 bits, little memory', settings: { optimiser: 'adamw-8bit', memory: 'low' }, isWhole: false },
  {
    name: 'AdamW with 8 bits, whole vocabulary',
    settings: { optimiser: 'adamw-8bit', loss: 'vocabulary' },
    isWhole: false,
  },
  { name: 'AdamW', settings: { optimiser: 'adamw' }, isWhole: false },
  { name: 'AdamW, little memory', settings: { optimiser: 'adamw', memory: 'low' }, isWhole: false },
  { name: 'SGD with momentum', settings: { optimiser: 'sgd' }, isWhole: false },
]

/** Steps of a run that is only measured: two validations and a checkpoint are among them. */
const fewSteps = 12

interface Figures {
  readonly name: string
  readonly estimated: number
  readonly predicted: number
  readonly peakBytes: number
  /** Most bytes of the run's files at once. */
  readonly disk: number
  readonly diskNeeded: number
  readonly millisecondsAStep: number
  readonly seconds: number
  /** Shares of right answers on the test set: tuned, and with no prompt. NaN where too few steps were taken. */
  readonly test: number
  readonly alone: number
}

export const full: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const others = await othersShare(2000)
  const figures: Figures[] = []
  for (const { name, settings, isWhole } of quick ? configurations.slice(0, 1) : configurations) {
    const few = isWhole && !quick ? {} : { steps: quick ? 2 : fewSteps, validateEvery: 6 }
    const given = { method: 'full-fine-tuning', duel: false, ...settings, ...few }
    figures.push(await inScratch((folder) => measured(name, defaultSettings(given, trecLabels), folder, isWhole)))
    say(`${name}: ${JSON.stringify(figures.at(-1))}`)
  }
  return findings(figures, others)

  async function measured(
    name: string,
    settings: ReturnType<typeof defaultSettings>,
    folder: string,
    isWhole: boolean,
  ): Promise<Figures> {
    const all = trecSplit()
    const split =
      isWhole && !quick
        ? all
        : { train: all.train, validation: all.validation.slice(0, 32), test: all.test.slice(0, 32) }
    const common = { model: sealModel(model), settings, labels: trecLabels, split, threads }
    const files = {
      state: join(folder, 'state'),
      model: join(folder, 'model'),
      cache: join(folder, 'cache'),
      name: 'x',
    }
    mkdirSync(files.state)
    let predicted: MeasuredSteps | undefined
    await runJob({ ...common, kind: 'preflight', provider: 'cpu' }, (event) => {
      if (event.event === 'preflight') predicted = event.measured
    })
    const steps: number[] = []
    const scores = new Map<string, number>()
    let disk = 0
    const onEvent = (event: ComputeEvent): void => {
      if (event.event === 'step') steps.push(event.metrics.milliseconds)
      if (event.event === 'checkpoint') disk = Math.max(disk, bytesIn(files.state))
      if (event.event === 'evaluation') scores.set(event.evaluation.subject, headlineOf(event.evaluation))
    }
    const job: WireJob = { ...common, kind: 'tune', resume: undefined, providers: ['cpu'], files }
    const ran = await runJob(job, onEvent)
    const needs = modelRunNeeds(model.config, settings)
    return {
      name,
      estimated: needs.memory,
      predicted: predicted?.memory ?? NaN,
      peakBytes: ran.peakBytes,
      disk,
      diskNeeded: needs.disk,
      millisecondsAStep: spread(steps).median,
      seconds: ran.seconds,
      test: isWhole ? (scores.get('tuned prompt') ?? NaN) : NaN,
      alone: isWhole ? (scores.get('no prompt') ?? NaN) : NaN,
    }
  }
}

/** Bytes of a folder's files at this moment. */
const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)

function findings(figures: readonly Figures[], others: number) {
  return {
    title: 'Full fine-tuning of the starter model',
    method:
      'SmolLM2-135M, CPU, float32, TREC (1,000 rows, all 500 test rows), batch 16, the default steps and learning rate; the runs without a test figure take ' +
      `${String(fewSteps)} steps on the same rows. Peak: VmHWM of the compute process over the whole run, its evaluations included. Said before the start: the ` +
      'estimate from the model’s shape, and the pre-flight’s prediction.',
    table: {
      columns: [
        ...['run', 'estimated GB', 'pre-flight GB', 'peak GB', 'pre-flight / peak', 'files GB', 'said GB'],
        ...['ms a step', 'whole run s', 'test %', 'alone %'],
      ],
      rows: figures.map((each) => [
        each.name,
        gigabytes(each.estimated),
        gigabytes(each.predicted),
        gigabytes(each.peakBytes),
        (each.predicted / each.peakBytes).toFixed(2),
        gigabytes(each.disk),
        gigabytes(each.diskNeeded),
        each.millisecondsAStep.toFixed(0),
        each.seconds.toFixed(0),
        Number.isNaN(each.test) ? '' : percent(each.test, 1),
        Number.isNaN(each.alone) ? '' : percent(each.alone, 1),
      ]),
    },
    targets: [
      target('peak of the default, GB', (figures[0]?.peakBytes ?? NaN) / 1e9, '<=', 3),
      ...figures.map(({ name, predicted, peakBytes }) =>
        target(`memory off by, ${name}`, 100 * Math.abs(predicted / peakBytes - 1), '<=', 15, ' %'),
      ),
      ...figures.map(({ name, disk, diskNeeded }) =>
        target(`files beyond what was said, ${name}`, disk / diskNeeded, '<=', 1),
      ),
    ],
    doubts: busyDoubts(others),
    figures,
  }
}
