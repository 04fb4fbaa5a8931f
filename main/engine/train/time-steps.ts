// Times a few real steps of a run: the steps, what surrounds them, and the memory of the process.
import type { ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example } from '../../contract/settings.ts'
import { median } from '../statistics.ts'
import type { TuneSink } from './loop.ts'
import { tune } from './tune.ts'

export type PreflightJob = Extract<Job, { kind: 'preflight' }>
export type Stoppable = Pick<TuneSink, 'stopRequested'>

/** The first steps of a session are slower: short steps go on for so many milliseconds, or up to so many steps. */
const settled = 2000
const maxSteps = 16
const validateEvery = 2
/** Milliseconds between two measurements of the memory. */
const watchEvery = 20

export interface Timing {
  /** Milliseconds until the first step, without openings, KV precompute and validation. */
  readonly start: number
  readonly steps: readonly number[]
  /** Milliseconds of a step that opens no session. */
  readonly step: number
  /** Milliseconds that opening the first step's sessions takes. */
  readonly opening: number
  /** Milliseconds of a text's KV precompute. */
  readonly precomputeRow: number
  readonly scoreRow: number
  /** Bytes that the process held at most after its first step. */
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
  const watch = createStopwatch(provider, resident)
  let gradient = new Float32Array()
  const sink: TuneSink = {
    emit: watch.hear,
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
    { kind: 'tune', model, settings: short, labels, split: part, resume: undefined, providers: [provider], threads },
    sink,
    precomputes,
  ).finally(watch.end)
  const refusal = watch.refusal()
  if (refusal !== undefined) throw studioError('compute/refused', refusal)
  return { ...watch.times(settings, validation.length), gradient, prompt }
}

/** Measures a run by its events. `resident` returns the bytes that this process holds now. */
function createStopwatch(provider: string, resident: () => number) {
  const began = performance.now()
  const reading = createReadingWatch(began)
  const steps: number[] = []
  const validations: number[] = []
  let [held, lastStep, note] = [0, began, '']
  let isRefused = false
  let first: { readonly at: number; readonly precompute: number } | undefined
  // Not before the first step: a session that opens also holds what the one before it left behind, which no run does.
  const polling = setInterval(() => (held = steps.length > 0 ? Math.max(held, resident()) : held), watchEvery)
  return {
    end: () => clearInterval(polling),
    stepsTaken: () => steps.length,
    /** Why the provider was refused; undefined where it was not. */
    refusal: () => (isRefused ? note : undefined),
    /** Whether there are `count` steps, and enough warm ones. */
    hasSettled: (count: number): boolean => {
      const [, ...warm] = steps
      return steps.length >= count && (steps.length >= maxSteps || warm.reduce((sum, each) => sum + each, 0) >= settled)
    },
    hear: (event: ComputeEvent): void => {
      const now = performance.now()
      if (event.event === 'step') {
        steps.push(event.metrics.milliseconds)
        held = Math.max(held, resident())
        lastStep = performance.now()
      } else if (event.event === 'progress' && event.stage === 'reading the texts (KV cache)')
        reading.hear(event.done, now)
      else if (event.event === 'provider' && event.name === provider) note = event.note
      else if (event.event === 'provider') isRefused = true
      else if (event.event === 'validation') {
        validations.push(now - Math.max(reading.last(), lastStep))
        first ??= { at: now, precompute: reading.milliseconds() }
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
        precomputeRow: reading.row(),
        scoreRow: scoring / Math.max(1, validated),
        held,
      }
    },
  }
}

/** Measures the KV precompute by its progress: each reading begins by reporting how many texts are done. */
function createReadingWatch(began: number) {
  let [milliseconds, last, read, row] = [0, began, Infinity, Infinity]
  return {
    milliseconds: () => milliseconds,
    /** When the last text was read. */
    last: () => last,
    /** Milliseconds of a text; 0 where none was read. */
    row: () => (Number.isFinite(row) ? row : 0),
    hear(done: number, now: number): void {
      if (done > read) {
        milliseconds += now - last
        // The first texts of a session take longer than those that follow.
        row = Math.min(row, (now - last) / (done - read))
      }
      last = now
      read = done
    },
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
