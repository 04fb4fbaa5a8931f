// Every method with its own defaults on the same rows: what it reaches, in which time, with how many numbers.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkpoint, ComputeEvent } from '../main/contract/compute.ts'
import { headlineOf } from '../main/contract/metrics.ts'
import type { PreparedModel } from '../main/contract/model.ts'
import { elements } from '../main/contract/tensor.ts'
import { inPercent, percent } from '../main/contract/numbers.ts'
import type { GivenSettings, Split } from '../main/contract/settings.ts'
import { createInferenceRunner } from '../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../main/engine/evaluate/score.ts'
import { methodOf } from '../main/engine/method/index.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { bankingSplit } from './support/banking.ts'
import { generatedSplit } from './support/generated-tasks.ts'
import { type KeptRuns, keptRuns } from './support/kept-runs.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'
import { sampleLabels, sampleSplit } from './support/sample.ts'
import { spread } from './support/spread.ts'
import { trecLabels, trecSplit } from './support/trec.ts'
import { tuned, type Tuning } from './support/tuned.ts'

interface Task {
  readonly name: string
  readonly settings: GivenSettings
  readonly labels: readonly string[]
  /** The rows of a run with this seed. */
  readonly splitOf: (seed: number) => Split | Promise<Split>
  readonly seeds: readonly number[]
  readonly methods: readonly string[]
  /** A step whose prompt is evaluated too. */
  readonly early?: number
}

const tails = ['tail-lora', 'tail-ia3', 'tail-bias', 'prefix-tail-lora']
const others = ['prompt-tuning', 'lora', 'ia3', 'bitfit']
/** What has a step as short as the default's, and so may be tuned with several seeds. */
const quickOnes = ['prefix-tuning', ...tails]

const early = 50
const three = [0, 1, 2]
const five = [0, 1, 2, 3, 4]

function tasks(): readonly Task[] {
  const banking = bankingSplit()
  const written = { labels: [], seeds: three, methods: ['prefix-tuning', 'tail-lora'] }
  return [
    { name: 'sample', settings: {}, labels: sampleLabels(), splitOf: sampleSplit, seeds: five, methods: quickOnes },
    { name: 'TREC', settings: {}, labels: trecLabels, splitOf: trecSplit, seeds: five, methods: quickOnes, early },
    {
      name: 'banking77-10',
      settings: {},
      labels: banking.labels,
      splitOf: () => banking.split,
      seeds: three,
      methods: quickOnes,
    },
    { name: 'TREC', settings: {}, labels: trecLabels, splitOf: trecSplit, seeds: [0], methods: others },
    { name: 'orders to JSON', settings: { task: 'generation' }, splitOf: () => generatedSplit('orders'), ...written },
    { name: 'questions', settings: { task: 'answering' }, splitOf: () => generatedSplit('questions'), ...written },
  ]
}

interface Figures {
  readonly task: string
  readonly method: string
  readonly steps: number
  readonly parameters: number
  readonly test: readonly number[]
  /** At the task's early step. */
  readonly early: readonly number[]
  /** This and the next: of the first seed's run, which reads its texts itself. */
  readonly seconds: number
  readonly millisecondsAStep: number
  /** Share of the machine that other programs used when that run began. */
  readonly others: number
}

export const methods: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const kept = keptRuns('methods')
  const figures: Figures[] = []
  await inScratch(async (scratch) => {
    for (const [i, task] of tasks().entries()) {
      const texts = join(scratch, String(i), 'texts')
      mkdirSync(texts, { recursive: true })
      for (const method of task.methods)
        figures.push(await measured({ model, task: quick ? small(task) : task, method, texts, kept, quick, say }))
    }
  })
  const of = (task: string, method: string): number =>
    mean(figures.find((each) => each.task === task && each.method === method)?.test ?? [])
  const bestTail = (task: string): number => Math.max(...tails.map((method) => of(task, method)))
  const bestEarly = Math.max(
    ...figures
      .filter(({ method }) => tails.includes(method))
      .flatMap(({ early }) => (early.length > 0 ? [mean(early)] : [])),
  )
  return {
    title: 'Every method with its own defaults, on the same rows',
    method:
      'The starter model, CPU, float32. Sample and TREC: five seeds, those of the sample with splits of their own; TREC: 1,000 rows, all 500 test rows; banking77-10: 500 rows of ten intents, all ' +
      'their test rows; orders and questions: 240 rows, 120 for testing; three seeds, but one where a step reads all texts again. ' +
      `Seconds are of a whole run that reads its texts itself, its evaluations included; the test figure is the task’s headline metric, and on TREC that of the best prompt by step ${String(early)} beside it. ` +
      `Runs are kept, so that the bench can be stopped and goes on; these are of commit ${kept.commits().join(', ')}.`,
    table: {
      columns: ['task', 'method', 'test %', '% by seed', 'by step 50', 'parameters', 'steps', 's', 'ms a step'],
      rows: figures.map((each) => [
        each.task,
        each.method,
        inPercent(mean(each.test), 1),
        each.test.map((value) => inPercent(value, 1)).join(', '),
        each.early.length === 0 ? '' : inPercent(mean(each.early), 1),
        each.parameters.toLocaleString('en'),
        String(each.steps),
        each.seconds.toFixed(0),
        each.millisecondsAStep.toFixed(0),
      ]),
    },
    targets: [
      target(
        'points of the best tail adapter above the prefix, sample',
        100 * (bestTail('sample') - of('sample', 'prefix-tuning')),
        '>=',
        3,
      ),
      target(
        'points of the best tail adapter above the prefix, TREC',
        100 * (bestTail('TREC') - of('TREC', 'prefix-tuning')),
        '>=',
        1,
      ),
      target('% of the best tail adapter by step 50, TREC', 100 * bestEarly, '>=', 93),
    ],
    doubts: busyDoubts(Math.max(...figures.map(({ others }) => others))),
    figures,
  }
}

const small = (task: Task): Task => ({
  ...task,
  seeds: [0],
  async splitOf(seed) {
    const { train, validation, test } = await task.splitOf(seed)
    return { train: train.slice(0, 24), validation: validation.slice(0, 8), test: test.slice(0, 8) }
  },
})

interface Measured {
  readonly model: PreparedModel
  readonly task: Task
  readonly method: string
  /** Folder of the KV cache that the task's runs share, but for each method's first. */
  readonly texts: string
  readonly kept: KeptRuns
  readonly quick: boolean
  readonly say: (line: string) => void
}

async function measured({ model, task, method, texts, kept, quick, say }: Measured): Promise<Figures> {
  const settingsOf = (seed: number) =>
    defaultSettings(
      { ...task.settings, method, seed, duel: false, ...(quick ? { steps: 2, batch: 4 } : {}) },
      task.labels,
    )
  const runs: OneRun[] = []
  for (const seed of task.seeds) {
    const shared = seed === task.seeds[0] ? {} : { texts }
    const measure = () => oneRun({ model, settings: settingsOf(seed), task, seed, ...shared })
    // Of a quick run nothing is kept: its figures say nothing.
    const one = await (quick ? measure() : kept.get([model.hash, task.name, settingsOf(seed)], measure))
    runs.push(one)
    say(`${task.name}, ${method}, seed ${String(seed)}: ${percent(one.test, 1)} in ${one.seconds.toFixed(0)} s`)
  }
  const settings = settingsOf(0)
  const trained = methodOf(settings)
    .tensors(model.config, settings)
    .filter(({ trainable }) => trainable)
  return {
    task: task.name,
    method,
    steps: settings.steps,
    parameters: trained.reduce((sum, { shape }) => sum + elements(shape), 0),
    test: runs.map(({ test }) => test),
    early: runs.flatMap(({ early }) => early ?? []),
    seconds: runs[0]?.seconds ?? NaN,
    millisecondsAStep: runs[0]?.millisecondsAStep ?? NaN,
    others: runs[0]?.others ?? NaN,
  }
}

/** One seed's run. */
interface OneRun {
  readonly test: number
  readonly early?: number
  readonly seconds: number
  readonly millisecondsAStep: number
  /** Share of the machine that other programs used when it began. */
  readonly others: number
}

interface Once extends Pick<Tuning, 'model' | 'settings' | 'texts'> {
  readonly task: Task
  readonly seed: number
}

async function oneRun({ model, settings, task, seed, ...shared }: Once): Promise<OneRun> {
  const split = await task.splitOf(seed)
  const steps: number[] = []
  const onEvent = (event: ComputeEvent): void => {
    if (event.event === 'step') steps.push(event.metrics.milliseconds)
  }
  let soon: Checkpoint | undefined
  const onCheckpoint = (checkpoint: Checkpoint): void => {
    if (checkpoint.step <= (task.early ?? 0)) soon = checkpoint
  }
  const others = await othersShare(1000)
  const began = performance.now()
  const evaluations = await tuned({ model, settings, labels: task.labels, split, ...shared }, onEvent, onCheckpoint)
  const seconds = (performance.now() - began) / 1000
  const found = evaluations.find(({ subject }) => subject === 'tuned prompt')
  return {
    test: found ? headlineOf(found) : NaN,
    ...(soon ? { early: await evaluated(model, { settings, labels: task.labels, split }, soon) } : {}),
    seconds,
    millisecondsAStep: spread(steps).median,
    others,
  }
}

/** What the best prompt of a checkpoint reaches on the test rows. */
async function evaluated(
  model: PreparedModel,
  { settings, labels, split }: Pick<Tuning, 'settings' | 'labels' | 'split'>,
  { best, tensors }: Checkpoint,
): Promise<number> {
  const prompt = { tensors: best?.tensors ?? tensors, settings, labels, modelHash: model.hash }
  const runner = createInferenceRunner(model, { threads })
  const scored = scoreTask(runner, { model, settings, labels, examples: split.test, prompt }, () => undefined)
  return headlineOf(await scored.finally(() => runner.release()))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
