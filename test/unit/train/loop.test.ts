// The loop on a loss that can be worked out by hand: best kept, early stop, NaN, a requested stop, and resuming.
import { describe, expect, it } from 'vitest'
import type { Checkpoint, ComputeEvent } from '../../../main/contract/compute.ts'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { type LoopOptions, trainLoop as loopOver, type TuneSink } from '../../../main/engine/train/loop.ts'
import { startState } from '../../../main/engine/train/optimiser.ts'
import { progressOf, smallState } from '../../../main/engine/train/training-state.ts'

const first: Checkpoint = {
  ...startState({ prompt: { shape: [2, 2], data: Float32Array.of(3, -2, 1, 4) } }, ['prompt']),
  step: 0,
  best: undefined,
  stale: 0,
  finished: false,
}

/** Trains what the checkpoint holds. */
const trainLoop = (start: Checkpoint, parts: LoopOptions, sink: TuneSink) =>
  loopOver(progressOf(start), smallState(start), parts, sink)

const valuesOf = (tensors: NamedTensors): Float32Array => tensors['prompt']?.data ?? new Float32Array()

/** Loss = half the squared distance from a target that the step moves a little. */
function parts(given: Partial<TuneSettings>, change: Partial<LoopOptions> = {}): LoopOptions {
  return {
    byToken: new Set(['prompt']),
    settings: defaultSettings({
      steps: 40,
      tokens: 2,
      validateEvery: 10,
      learningRate: 0.3,
      clip: 0,
      warmup: 0,
      ...given,
    }),
    gradient: (step, tensors) => {
      const slope = valuesOf(tensors).map((x, i) => x - Math.sin(step + i) / 10)
      return Promise.resolve({ loss: Math.hypot(...slope) ** 2 / 2, gradients: { prompt: slope }, examples: 4 })
    },
    validate: (tensors) =>
      Promise.resolve({
        loss: Math.hypot(...valuesOf(tensors)),
        headline: 'accuracy' as const,
        metrics: { accuracy: 0.5 },
        rows: [],
      }),
    ...change,
  }
}

function sinkOf(stopAt = Infinity) {
  const events: ComputeEvent[] = []
  const checkpoints: Checkpoint[] = []
  const steps = () => events.flatMap((event) => (event.event === 'step' ? [event.metrics] : []))
  return {
    events,
    checkpoints,
    /** The curve without its timings. */
    curve: () => steps().map(({ milliseconds: _, ...metrics }) => metrics),
    emit: (event: ComputeEvent) => void events.push(event),
    checkpoint: (checkpoint: Checkpoint) => Promise.resolve(void checkpoints.push(checkpoint)),
    stopRequested: () => steps().length >= stopAt,
    keepRequested: () => false,
  }
}

describe('a run', () => {
  it('takes every step, reports each with a norm for every virtual token, and keeps the best', async () => {
    const sink = sinkOf()
    const { checkpoint, reason } = await trainLoop(first, parts({}), sink)
    expect(reason).toBeUndefined()
    expect(checkpoint).toMatchObject({ step: 40, finished: true })
    expect(sink.curve().map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    for (const { tokenNorms, gradientNorm } of sink.curve()) expect(Math.hypot(...tokenNorms)).toBeCloseTo(gradientNorm)
    const validations = sink.events.flatMap((event) => (event.event === 'validation' ? [event] : []))
    expect(validations.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40])
    const least = validations.reduce((a, b) => (b.loss < a.loss ? b : a))
    expect(checkpoint.best).toMatchObject({ step: least.step, loss: least.loss })
  })

  it('stopped and resumed at any step goes on along the same curve, to the same prompt', async () => {
    const whole = sinkOf()
    const expected = await trainLoop(first, parts({}), whole)
    for (const at of [0, 1, 7, 10, 23, 39]) {
      const [before, after] = [sinkOf(at), sinkOf()]
      const stopped = await trainLoop(first, parts({}), before)
      expect(stopped).toMatchObject({ checkpoint: { step: at, finished: false }, reason: 'stopped on request' })
      expect(before.checkpoints.at(-1)).toEqual(stopped.checkpoint)
      const resumed = await trainLoop(stopped.checkpoint, parts({}), after)
      expect(resumed).toEqual(expected)
      expect([...before.curve(), ...after.curve()]).toEqual(whole.curve())
    }
  })

  it('ends early where validation no longer improves, and keeps the best', async () => {
    const losses = [5, 4, 3, 3.5, 3.6, 3.7]
    let validations = 0
    const validate = () =>
      Promise.resolve({
        loss: losses[validations++] ?? 9,
        headline: 'accuracy' as const,
        metrics: { accuracy: 0.5 },
        rows: [],
      })
    const { checkpoint, reason } = await trainLoop(first, parts({ patience: 2, steps: 100 }, { validate }), sinkOf())
    expect(reason).toBe('no better validation loss in 2 validations')
    expect(checkpoint).toMatchObject({ step: 40, finished: true, best: { step: 20, loss: 3 } })
  })

  it('stopped before its first step and resumed does not end early', async () => {
    const settings = { patience: 1, validateEvery: 5, steps: 10 }
    const { checkpoint } = await trainLoop(first, parts(settings), sinkOf(0))
    expect(checkpoint).toMatchObject({ step: 0, stale: 0, best: { step: 0 } })
    expect((await trainLoop(checkpoint, parts(settings), sinkOf())).checkpoint.step).toBe(10)
  })

  it('keeps a prompt whose validation loss is a number over one whose is not', async () => {
    for (const [losses, best] of [
      [[NaN, 4, NaN, 3, 5], 30],
      [[7, NaN, NaN, NaN, NaN], 0],
    ] as const) {
      let validations = 0
      const validate = () =>
        Promise.resolve({
          loss: losses[validations++] ?? 9,
          headline: 'accuracy' as const,
          metrics: { accuracy: 0.5 },
          rows: [],
        })
      const { checkpoint } = await trainLoop(first, parts({}, { validate }), sinkOf())
      expect(checkpoint.best?.step).toBe(best)
    }
  })

  it.each([
    ['its loss explodes', 0, (step: number) => (step < 20 ? 2 : 2 + step), true],
    ['it jumps and comes back', 0, (step: number) => (step === 20 ? 500 : 2), false],
    ['it learns', 0, (step: number) => 2 / step, false],
    ['it over-fits: the training loss falls', 20, (step: number) => 2 / step, false],
    ['it learns nothing', 0, () => 2.3, false],
  ])('has diverged or not where %s', async (_, rise, lossAt, expected) => {
    const gradient: LoopOptions['gradient'] = async (step, tensors) => ({
      ...(await parts({}).gradient(step, tensors)),
      loss: lossAt(step),
    })
    let validations = 0
    const validate = () => {
      const loss = 2 + rise * validations++
      return Promise.resolve({ loss, headline: 'accuracy' as const, metrics: { accuracy: 0.5 }, rows: [] })
    }
    const { checkpoint } = await trainLoop(first, parts({}, { gradient, validate }), sinkOf())
    expect(checkpoint).toMatchObject({ step: 40, finished: true, best: { step: 0 } })
    expect(checkpoint.diverged === true).toBe(expected)
  })

  it('ends where the loss is no number, with the last good prompt', async () => {
    const usual = parts({})
    const gradient: LoopOptions['gradient'] = async (step, tensors) => {
      const found = await usual.gradient(step, tensors)
      return step === 15 ? { ...found, loss: NaN } : found
    }
    const sink = sinkOf()
    const { checkpoint, reason } = await trainLoop(first, parts({}, { gradient }), sink)
    expect(reason).toContain('stopped being a number at step 15')
    expect(checkpoint.diverged).toBe(true)
    expect(checkpoint).toMatchObject({ step: 14, finished: true })
    expect([...valuesOf(checkpoint.tensors)].every(Number.isFinite)).toBe(true)
    expect(sink.events.filter(({ event }) => event === 'warning')).toHaveLength(1)
  })

  it('warns once when the gradient explodes, and once when it vanishes', async () => {
    const norms =
      (norm: (step: number) => number): LoopOptions['gradient'] =>
      (step) =>
        Promise.resolve({ loss: 1, gradients: { prompt: Float32Array.of(norm(step), 0, 0, 0) }, examples: 1 })
    const codes = async (gradient: LoopOptions['gradient']): Promise<string[]> => {
      const sink = sinkOf()
      await trainLoop(first, parts({ steps: 60 }, { gradient }), sink)
      return sink.events.flatMap((event) => (event.event === 'warning' ? [event.code] : []))
    }
    expect(await codes(norms((step) => (step > 30 ? 1000 : 1)))).toEqual(['tuning/exploding'])
    expect(await codes(norms((step) => (step > 30 ? 1e-9 : 1)))).toEqual(['tuning/vanishing'])
    expect(await codes(norms((step) => 1 + Math.sin(step) / 2))).toEqual([])
  })
})
