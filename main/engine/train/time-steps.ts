// Times a few real steps of a run, its session openings, KV precompute and validations, and samples the process memory.
import type { ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example } from '../../contract/settings.ts'
import { stages } from '../../contract/stages.ts'
import { median } from '../statistics.ts'
import type { TuneSink } from './loop.ts'
import { tune } from './tune.ts'

export type PreflightJob = Extract<Job, { kind: 'preflight' }>
export type Stoppable = Pick<TuneSink, 'stopRequested'>

/** The first steps of a session are slower, so short steps are repeated for so many milliseconds, or up to `maxSteps`. */
const minMilliseconds = 2000
const maxSteps = 16
const validateEvery = 2
/** Milliseconds between two samples of the memory. */
const pollEvery = 20

export interface Timing {
  /** Milliseconds until the first step, without session openings, KV precompute and validation. */
  readonly start: number
  readonly steps: readonly number[]
  /** Milliseconds of a step that opens no session. */
  readonly step: number
  /** Milliseconds that a step takes longer when it opens its session. */
  readonly opening: number
  /** Milliseconds of a text's KV precompute. */
  readonly precomputeRow: number
  /** Milliseconds of validating one row. */
  readonly scoreRow: number
  /** Peak resident bytes of the process after its first step. */
  readonly peakBytes: number
  /** The first step's gradient, of all trainable tensors in the order of their names. */
  readonly gradient: Float32Array
  readonly prompt: TunedPrompt
}

export interface StepTimingJob {
  readonly job: PreflightJob
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  /** Minimum of steps. */
  readonly count: number
  readonly precomputes: boolean
  readonly resident: () => number
}

/** Trains on a few rows and times it. Error: 'compute/refused' where the hardware fails its self-check. */
export async function timeSteps(
  { job, train, validation, count, precomputes, resident }: StepTimingJob,
  outer: Stoppable,
): Promise<Timing> {
  const { model, settings, labels, threads, provider, start } = job
  const watch = createStopwatch(provider, resident)
  let gradient = new Float32Array()
  const sink: TuneSink = {
    emit: watch.observe,
    checkpoint: () => Promise.resolve(),
    stopRequested: () => watch.refusal() !== undefined || watch.hasSettled(count) || outer.stopRequested(),
    keepRequested: () => false,
    gradient: (gradients) => {
      if (watch.stepsTaken() === 0) gradient = flattened(gradients)
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
    {
      ...{ kind: 'tune', model, settings: short, labels, split: part, resume: undefined },
      ...{ providers: [provider], threads },
      ...(start ? { start } : {}),
    },
    sink,
    { precomputes },
  ).finally(watch.end)
  const refusal = watch.refusal()
  if (refusal !== undefined) throw studioError('compute/refused', refusal)
  return { ...watch.times(settings, validation.length), gradient, prompt }
}

/** Measures a run by its events. `resident` returns the resident bytes of this process. */
function createStopwatch(provider: string, resident: () => number) {
  const began = performance.now()
  const precompute = createPrecomputeWatch(began)
  const steps: number[] = []
  const validations: number[] = []
  let [peakBytes, lastStep, note] = [0, began, '']
  let isRefused = false
  let first: { readonly at: number; readonly precompute: number } | undefined
  // Sampling begins after the first step: before it, memory that the previous measurement has not yet freed would count.
  const polling = setInterval(
    () => (peakBytes = steps.length > 0 ? Math.max(peakBytes, resident()) : peakBytes),
    pollEvery,
  )
  return {
    end: () => clearInterval(polling),
    stepsTaken: () => steps.length,
    /** Why the provider was refused; undefined where it was not. */
    refusal: () => (isRefused ? note : undefined),
    /** Whether there are `count` steps, and enough warm ones. */
    hasSettled: (count: number): boolean => {
      const [, ...warm] = steps
      return (
        steps.length >= count &&
        (steps.length >= maxSteps || warm.reduce((sum, each) => sum + each, 0) >= minMilliseconds)
      )
    },
    observe: (event: ComputeEvent): void => {
      const now = performance.now()
      if (event.event === 'step') {
        steps.push(event.metrics.milliseconds)
        peakBytes = Math.max(peakBytes, resident())
        lastStep = performance.now()
      } else if (event.event === 'progress' && event.stage === stages.texts) precompute.observe(event.done, now)
      else if (event.event === 'provider' && event.name === provider) note = event.note
      else if (event.event === 'provider') isRefused = true
      else if (event.event === 'validation') {
        validations.push(now - Math.max(precompute.last(), lastStep))
        first ??= { at: now, precompute: precompute.milliseconds() }
      }
    },
    /** `validated`: rows of a validation. */
    times: (settings: PreflightJob['settings'], validated: number): Omit<Timing, 'gradient' | 'prompt'> => {
      // The first validation may open a session.
      const [cold = 0, ...warm] = validations
      const scoring = warm.length > 0 ? median(warm) : cold
      const step = median(steps.filter((_, i) => i % validateEvery === 1))
      return {
        start: first ? Math.max(0, first.at - began - first.precompute - scoring) : 0,
        steps,
        step,
        opening: Math.max(0, openingStep(settings, steps) - step),
        precomputeRow: precompute.row(),
        scoreRow: scoring / Math.max(1, validated),
        peakBytes,
      }
    },
  }
}

/** Measures the KV precompute by its progress events, which report how many texts are done before and after each pass. */
function createPrecomputeWatch(began: number) {
  let [milliseconds, last, lastDone, row] = [0, began, Infinity, Infinity]
  return {
    milliseconds: () => milliseconds,
    /** Time of the last event. */
    last: () => last,
    /** Milliseconds of a text; 0 where none was computed. */
    row: () => (Number.isFinite(row) ? row : 0),
    observe(done: number, now: number): void {
      if (done > lastDone) {
        milliseconds += now - last
        // The minimum excludes the first texts of a session, which take longer.
        row = Math.min(row, (now - last) / (done - lastDone))
      }
      last = now
      lastDone = done
    },
  }
}

/** Milliseconds of a step that opens its session: the first, or with little memory each after a validation. */
const openingStep = ({ memory }: PreflightJob['settings'], steps: readonly number[]): number =>
  median(memory === 'low' ? steps.filter((_, i) => i % validateEvery === 0) : steps.slice(0, 1))

/** Elements of a gradient at most whose direction is compared: of a larger one every nth, in the order of the tensors' names. */
const maxElements = 1 << 20

function flattened(gradients: Readonly<Record<string, Float32Array>>): Float32Array<ArrayBuffer> {
  const parts = Object.keys(gradients)
    .sort()
    .map((name) => gradients[name] ?? new Float32Array())
  const count = parts.reduce((sum, { length }) => sum + length, 0)
  const every = Math.ceil(count / maxElements)
  const flat = new Float32Array(Math.ceil(count / Math.max(1, every)))
  let [at, next] = [0, 0]
  for (const part of parts) {
    for (; next < part.length; next += every) flat[at++] = part[next] ?? 0
    next -= part.length
  }
  return flat
}
