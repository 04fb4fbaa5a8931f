// Every method with its own defaults on the same rows: what it reaches, in which time, with how many numbers.
import type { ComputeEvent } from '../main/contract/compute.ts'
import { headlineOf } from '../main/contract/metrics.ts'
import type { PreparedModel } from '../main/contract/model.ts'
import { elements } from '../main/contract/tensor.ts'
import { inPercent, percent } from '../main/contract/numbers.ts'
import type { GivenSettings, Split } from '../main/contract/settings.ts'
import { methodOf } from '../main/engine/method/index.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { bankingSplit } from './support/banking.ts'
import { generatedSplit } from './support/generated-tasks.ts'
import { starterModel } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { sampleLabels, sampleSplit } from './support/sample.ts'
import { spread } from './support/spread.ts'
import { trecLabels, trecSplit } from './support/trec.ts'
import { tuned } from './support/tuned.ts'

interface Task {
  readonly name: string
  readonly settings: GivenSettings
  readonly labels: readonly string[]
  /** The rows of a run with this seed. */
  readonly splitOf: (seed: number) => Split | Promise<Split>
  readonly seeds: readonly number[]
  readonly methods: readonly string[]
}

const tails = ['tail-lora', 'tail-ia3', 'tail-bias', 'prefix-tail-lora']
const others = ['prompt-tuning', 'lora', 'ia3', 'bitfit']
/** What has a step as short as the default's, and so may be tuned with several seeds. */
const quickOnes = ['prefix-tuning', ...tails]

const three = [0, 1, 2]
const five = [0, 1, 2, 3, 4]

function tasks(): readonly Task[] {
  const banking = bankingSplit()
  const written = { labels: [], seeds: three, methods: ['prefix-tuning', 'tail-lora'] }
  return [
    { name: 'sample', settings: {}, labels: sampleLabels(), splitOf: sampleSplit, seeds: five, methods: quickOnes },
    { name: 'TREC', settings: {}, labels: trecLabels, splitOf: trecSplit, seeds: three, methods: quickOnes },
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
  readonly seconds: readonly number[]
  readonly millisecondsAStep: number
}

export const methods: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const figures: Figures[] = []
  for (const task of tasks())
    for (const method of task.methods)
      figures.push(await measured(model, quick ? small(task) : task, method, quick, say))
  const of = (task: string, method: string): number =>
    mean(figures.find((each) => each.task === task && each.method === method)?.test ?? [])
  const bestTail = (task: string): number => Math.max(...tails.map((method) => of(task, method)))
  return {
    title: 'Every method with its own defaults, on the same rows',
    method:
      'The starter model, CPU, float32. Sample: five seeds, each with its own split; TREC: 1,000 rows, all 500 test rows; banking77-10: 500 rows of ten intents, all ' +
      'their test rows; orders and questions: 240 rows, 120 for testing; three seeds, but one where a step reads all texts again. ' +
      'Seconds are of the whole run, its evaluations included; the test figure is the task’s headline metric.',
    table: {
      columns: ['task', 'method', 'test %', '% by seed', 'parameters', 'steps', 's', 'ms a step'],
      rows: figures.map((each) => [
        each.task,
        each.method,
        inPercent(mean(each.test), 1),
        each.test.map((value) => inPercent(value, 1)).join(', '),
        each.parameters.toLocaleString('en'),
        String(each.steps),
        mean(each.seconds).toFixed(0),
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
    ],
    doubts: [],
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

async function measured(
  model: PreparedModel,
  task: Task,
  method: string,
  quick: boolean,
  say: (line: string) => void,
): Promise<Figures> {
  const [test, seconds, steps]: [number[], number[], number[]] = [[], [], []]
  const settingsOf = (seed: number) =>
    defaultSettings(
      { ...task.settings, method, seed, duel: false, ...(quick ? { steps: 2, batch: 4 } : {}) },
      task.labels,
    )
  for (const seed of task.seeds) {
    const [settings, split] = [settingsOf(seed), await task.splitOf(seed)]
    const onEvent = (event: ComputeEvent): void => {
      if (event.event === 'step') steps.push(event.metrics.milliseconds)
    }
    const began = performance.now()
    const evaluations = await tuned({ model, settings, labels: task.labels, split }, onEvent)
    seconds.push((performance.now() - began) / 1000)
    const found = evaluations.find(({ subject }) => subject === 'tuned prompt')
    test.push(found ? headlineOf(found) : NaN)
    say(
      `${task.name}, ${method}, seed ${String(seed)}: ${percent(test.at(-1) ?? NaN, 1)} in ${(seconds.at(-1) ?? 0).toFixed(0)} s`,
    )
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
    test,
    seconds,
    millisecondsAStep: spread(steps).median,
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
