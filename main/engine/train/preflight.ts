// A few real steps of a run that has not begun: the longest rows first, then usual ones. Nothing of them is kept.
import type { ComputeEvent, Job, MeasuredSteps } from '../../contract/compute.ts'
import type { Example } from '../../contract/settings.ts'
import { createEncoder } from '../evaluate/encode.ts'
import { layOut } from '../method/layout.ts'
import type { TuneSink } from './loop.ts'
import { keyBytes, weightBytes } from './memory.ts'
import { bucketsOf } from './order.ts'
import { sessionsKept } from './stepper.ts'
import { tune } from './tune.ts'

type PreflightJob = Extract<Job, { kind: 'preflight' }>

/** Real steps of each kind: the first opens a session, the others tell. */
const longestSteps = 2
const usualSteps = 3
/** Rows that are validated before the first step. */
const validated = 8

/** `peakBytes` gives the largest size of this process so far. */
export async function preflight(
  job: PreflightJob,
  sink: { emit(event: ComputeEvent): void; stopRequested(): boolean },
  peakBytes: () => number,
): Promise<MeasuredSteps> {
  const sorted = job.split.train.toSorted((a, b) => b.text.length - a.text.length)
  const rows = Math.min(job.settings.batch, sorted.length)
  const middle = Math.max(0, Math.floor((sorted.length - rows) / 2))
  sink.emit({ event: 'progress', stage: 'trying the longest rows', done: 0, total: 2 })
  const longest = await measure(job, sorted.slice(0, rows), longestSteps, sink)
  sink.emit({ event: 'progress', stage: 'trying usual rows', done: 1, total: 2 })
  const usual = await measure(job, sorted.slice(middle, middle + rows), usualSteps, sink)
  const all = job.split.train.length + job.split.validation.length
  return {
    start: Math.max(0, longest.start),
    steps: [...longest.steps, ...usual.steps],
    longest: longest.steps.length,
    scoreRow: usual.scoring / Math.max(1, usual.validated),
    reading: (usual.reading / Math.max(1, usual.read)) * (usual.read > 0 ? all : 0),
    memory: peakBytes() + beyond(job, usual.read > 0),
    gradient: longest.gradient,
  }
}

/** Rows that tell how long all of them are. */
const sampled = 200

/** Bytes that the whole run holds and these few steps did not: every text that is read once, sessions of other lengths. */
function beyond({ model, settings, labels, split }: PreflightJob, readOnce: boolean): number {
  const encoder = createEncoder(model, settings, labels)
  const every = Math.max(1, Math.floor(split.train.length / sampled))
  const sequences = split.train
    .filter((_, i) => i % every === 0)
    .map(({ text }) => layOut(encoder.row(text), [], settings))
  const constant = sequences.reduce((sum, sequence) => sum + sequence.constant, 0) / sequences.length
  const texts = readOnce ? (split.train.length + split.validation.length) * constant * keyBytes(model.config) : 0
  const sessions = Math.min(sessionsKept[settings.memory ?? 'normal'], bucketsOf(sequences, readOnce).length)
  // Each maps the weights once more.
  return texts + (sessions - 1) * weightBytes(model, settings.loss)
}

interface Timing {
  readonly start: number
  readonly steps: readonly number[]
  /** Milliseconds of reading `read` texts once, and of validating so many rows. */
  readonly reading: number
  readonly read: number
  readonly scoring: number
  readonly validated: number
  /** Of the first step. */
  readonly gradient: Float32Array
}

async function measure(
  { model, settings, labels, split, threads }: PreflightJob,
  train: readonly Example[],
  count: number,
  outer: { stopRequested(): boolean },
): Promise<Timing> {
  const steps: number[] = []
  let gradient = new Float32Array()
  const began = performance.now()
  let readingSince: number | undefined
  let readTexts = 0
  let readUntil: number | undefined
  let scoredAt = began
  const hear = (event: ComputeEvent): void => {
    if (event.event === 'step') steps.push(event.metrics.milliseconds)
    if (event.event === 'progress' && event.stage === 'reading the texts once') {
      readingSince ??= performance.now()
      readUntil = performance.now()
      readTexts = event.total
    }
    if (event.event === 'validation' && steps.length === 0) scoredAt = performance.now()
  }
  const sink: TuneSink = {
    emit: hear,
    checkpoint: () => Promise.resolve(),
    stopRequested: () => steps.length >= count || outer.stopRequested(),
    keepRequested: () => false,
    gradient: (slopes) => {
      if (steps.length === 0) gradient = flattened(slopes)
    },
  }
  // As many epochs as the real run has: that decides whether texts are read once.
  const share = train.length / Math.max(1, split.train.length)
  const short = {
    ...settings,
    steps: Math.max(count + 1, Math.round(settings.steps * share)),
    validateEvery: 0,
    warmup: 0,
  }
  const validation = split.validation.slice(0, validated)
  const part = { train, validation, heldOut: [] }
  await tune(
    { kind: 'tune', model, settings: short, labels, split: part, resume: undefined, providers: ['cpu'], threads },
    sink,
  )
  const ready = readUntil ?? began
  const reading = ready - (readingSince ?? ready)
  return {
    start: scoredAt - began - reading,
    steps,
    reading,
    read: readTexts,
    scoring: readUntil === undefined ? 0 : scoredAt - ready,
    validated: validation.length,
    gradient,
  }
}

function flattened(slopes: Readonly<Record<string, Float32Array>>): Float32Array<ArrayBuffer> {
  const parts = Object.keys(slopes)
    .sort()
    .map((name) => slopes[name] ?? new Float32Array())
  const flat = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    flat.set(part, at)
    at += part.length
  }
  return flat
}
