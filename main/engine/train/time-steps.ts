// A few real steps of a run, timed: how long each takes, what comes around them, and what the process holds.
import type { ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example } from '../../contract/settings.ts'
import { median } from '../statistics.ts'
import type { TuneSink } from './loop.ts'
import { tune } from './tune.ts'

export type PreflightJob = Extract<Job, { kind: 'preflight' }>
export type Stoppable = Pick<TuneSink, 'stopRequested'>

/** The first steps of a session are slower than the others: short ones go on for so many milliseconds, or steps. */
const settled = 2000
const maxSteps = 16
const validateEvery = 2
/** Milliseconds between two looks at what the process holds. */
const watchEvery = 20

export interface Timing {
  /** Until the first step, without what is told below. */
  readonly start: number
  readonly steps: readonly number[]
  /** Milliseconds of a step that opens no session. */
  readonly step: number
  /** Milliseconds that opening the first step's sessions takes. */
  readonly opening: number
  /** Milliseconds of reading a text once. */
  readonly precomputeRow: number
  readonly scoreRow: number
  /** Bytes that the process held at most behind its first step. */
  readonly held: number
  /** Of the first step. */
  readonly gradient: Float32Array
  readonly prompt: TunedPrompt
}

export interface StepTimingJob {
  readonly job: PreflightJob
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  /** Steps at least. */
  readonly count: number
  readonly precomputes: boolean
  readonly resident: () => number
}

export async function timeSteps(
  { job, train, validation, count, precomputes, resident }: StepTimingJob,
  outer: Stoppable,
): Promise<Timing> {
  const { model, settings, labels, threads, provider } = job
  const steps: number[] = []
  let [refusal, isRefused] = ['', false]
  const validated: number[] = []
  let gradient = new Float32Array()
  const began = performance.now()
  let [precompute, read, precomputeRow] = [0, Infinity, Infinity]
  let [lastCached, lastStep] = [began, began]
  let first: { readonly at: number; readonly precompute: number } | undefined
  let held = 0
  // Not before: a session that opens holds what the one before it left behind as well, which no run does.
  const watching = setInterval(() => (held = steps.length > 0 ? Math.max(held, resident()) : held), watchEvery)
  const hear = (event: ComputeEvent): void => {
    if (event.event === 'step') {
      steps.push(event.metrics.milliseconds)
      held = Math.max(held, resident())
      lastStep = performance.now()
    }
    if (event.event === 'progress' && event.stage === 'reading the texts (KV cache)') {
      const now = performance.now()
      // Each reading begins by telling how many are done.
      if (event.done > read) {
        precompute += now - lastCached
        // The first of a session take longer than those that follow.
        precomputeRow = Math.min(precomputeRow, (now - lastCached) / (event.done - read))
      }
      lastCached = now
      read = event.done
    }
    if (event.event === 'provider' && event.name === provider) refusal = event.note
    if (event.event === 'provider' && event.name !== provider) isRefused = true
    if (event.event === 'validation') {
      const now = performance.now()
      validated.push(now - Math.max(lastCached, lastStep))
      first ??= { at: now, precompute }
    }
  }
  const isEnough = (): boolean => {
    const [, ...warm] = steps
    return steps.length >= count && (steps.length >= maxSteps || warm.reduce((sum, each) => sum + each, 0) >= settled)
  }
  const sink: TuneSink = {
    emit: hear,
    checkpoint: () => Promise.resolve(),
    stopRequested: () => isRefused || isEnough() || outer.stopRequested(),
    keepRequested: () => false,
    gradient: (gradients) => {
      if (steps.length === 0) gradient = flattened(gradients)
    },
  }
  const short = {
    ...settings,
    steps: maxSteps + 1,
    validateEvery: validation.length > 0 ? validateEvery : 0,
    patience: 0,
    duel: false,
    warmup: 0,
  }
  const part = { train, validation, test: [] }
  const { prompt } = await tune(
    { kind: 'tune', model, settings: short, labels, split: part, resume: undefined, providers: [provider], threads },
    sink,
    precomputes,
  ).finally(() => clearInterval(watching))
  if (isRefused) throw studioError('compute/refused', refusal)
  // The first validation may open a session.
  const [cold = 0, ...warm] = validated
  const scoring = warm.length > 0 ? median(warm) : cold
  const step = median(steps.filter((_, i) => i % validateEvery === 1))
  return {
    start: first ? Math.max(0, first.at - began - first.precompute - scoring) : 0,
    steps,
    step,
    opening: Math.max(0, openingStep(settings, steps) - step),
    precomputeRow: Number.isFinite(precomputeRow) ? precomputeRow : 0,
    scoreRow: scoring / Math.max(1, validation.length),
    held,
    gradient,
    prompt,
  }
}

/** A step that opens its session: the first, and with little memory each behind a validation (train/tune.ts). */
const openingStep = ({ memory }: PreflightJob['settings'], steps: readonly number[]): number =>
  median(memory === 'low' ? steps.filter((_, i) => i % validateEvery === 0) : steps.slice(0, 1))

function flattened(gradients: Readonly<Record<string, Float32Array>>): Float32Array<ArrayBuffer> {
  const parts = Object.keys(gradients)
    .sort()
    .map((name) => gradients[name] ?? new Float32Array())
  const flat = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    flat.set(part, at)
    at += part.length
  }
  return flat
}
