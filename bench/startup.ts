// Start-up: from a click to the first step on a prepared model, and what that time is made of.
import type { ComputeEvent, WireJob } from '../main/contract/compute.ts'
import type { TuneSettings } from '../main/contract/settings.ts'
import { sealModel } from '../main/compute/seal.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { runJob } from './support/jobs.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import type { Bench } from './support/result.ts'
import { shown, spread } from './support/spread.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

const ways: readonly (Partial<TuneSettings> & { readonly name: string })[] = [
  { name: 'prefix, after-text (the default)' },
  { name: 'prompt, start', method: 'prompt-tuning', placement: 'start' },
  { name: 'prefix, after-text, int8', precision: 'int8' },
]
const rows = { train: 32, validation: 4 } as const
/** Two epochs: enough steps for the run to decide, as a real one does, that precomputing the KV cache of all texts pays. */
const steps = 4
const rounds = { full: 5, quick: 1 } as const

/** Parts of the time before the first step is done, in the order in which they come. */
const parts = [
  'process and model',
  'first values',
  'KV precompute, validation set',
  'first validation',
  'KV precompute, training set',
  'first step',
] as const
type Part = (typeof parts)[number]
type TuneJob = Extract<WireJob, { kind: 'tune' }>

/** Which part an event ends, given whether the first validation is over; undefined where it ends none. */
function endedBy(event: ComputeEvent, validated: boolean): Part | undefined {
  if (event.event === 'validation') return 'first validation'
  if (event.event === 'step') return 'first step'
  if (event.event !== 'progress') return undefined
  if (event.stage === 'initialising') return 'process and model'
  if (event.stage !== 'reading the texts (KV cache)') return undefined
  if (event.done === 0) return 'first values'
  return validated ? 'KV precompute, training set' : 'KV precompute, validation set'
}

export const startup: Bench = async ({ quick, say }) => {
  const model = sealModel(await starterModel(say))
  const all = trecSplit()
  const split = {
    train: all.train.slice(0, rows.train),
    validation: all.validation.slice(0, rows.validation),
    test: all.test.slice(0, 1),
  }
  const others = await othersShare(2000)
  const figures = []
  for (const { name, ...chosen } of ways) {
    const settings = defaultSettings({ ...chosen, steps, validateEvery: 0 }, trecLabels)
    const taken = new Map<Timed, number[]>()
    for (let round = 0; round < (quick ? rounds.quick : rounds.full); round++) {
      const times = await timeParts({ model, settings, split })
      for (const [part, milliseconds] of times) taken.set(part, [...(taken.get(part) ?? []), milliseconds])
    }
    say(`${name}: ${spread(taken.get('in all') ?? []).median.toFixed(0)} ms to the first step`)
    figures.push({ name, taken: Object.fromEntries([...taken].map(([part, each]) => [part, spread(each)])) })
  }
  const columns = [...parts, 'in all', 'a further step']
  return {
    title: 'Start-up',
    method:
      `The starter model, prepared; ${String(rows.train)} rows of TREC, ${String(rows.validation)} for validation, CPU: milliseconds from starting a run until ` +
      `its first step is done, part by part, median (smallest to largest) of ${String(rounds.full)}. "Process and model": Node, ONNX Runtime, tokenizer, ` +
      'until the first values are made. Each part that computes in a new way opens a session first.',
    table: {
      columns: ['run', ...columns],
      rows: figures.map(({ name, taken }) => [name, ...columns.map((part) => shown(taken[part] ?? spread([0]), 0))]),
    },
    targets: [],
    doubts: busyDoubts(others),
    figures,
  }
}

type Timed = Part | 'a further step' | 'in all'

/** Milliseconds of each part of one run. */
async function timeParts(job: Pick<TuneJob, 'model' | 'settings' | 'split'>): Promise<Map<Timed, number>> {
  const times = new Map<Timed, number>()
  const ended = new Map<Part, number>()
  const began = performance.now()
  await runJob(
    { kind: 'tune', ...job, labels: trecLabels, resume: undefined, providers: ['cpu'], threads },
    (event) => {
      const part = endedBy(event, ended.has('first validation'))
      // The KV precompute reports several times, and its last report counts; of the other parts the first one does.
      const isPrecompute = part === 'KV precompute, validation set' || part === 'KV precompute, training set'
      const isOver = ended.has('first step') || (part !== undefined && !isPrecompute && ended.has(part))
      if (part !== undefined && !isOver) ended.set(part, performance.now() - began)
      if (event.event === 'step' && event.metrics.step === steps)
        times.set('a further step', event.metrics.milliseconds)
    },
  )
  let last = 0
  for (const part of parts) {
    const at = ended.get(part) ?? last
    times.set(part, at - last)
    last = at
  }
  return times.set('in all', last)
}
