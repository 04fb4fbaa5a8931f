// Fifty steps of training against PEFT's from the same weights, first values, rows and order.
import { describe, expect, it } from 'vitest'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { vocabularyExample } from '../../../main/engine/train/example.ts'
import { adamW, startState } from '../../../main/engine/train/optimiser.ts'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { trainingStepOf, tensorsOf } from './engine.ts'

const cases = families.flatMap((family) =>
  Object.entries(reference(family).curve.losses).map(
    ([method, losses]) => [family, method as 'prompt-tuning' | 'prefix-tuning', losses] as const,
  ),
)

describe('training', () => {
  it.each(cases)('has the loss curve of PEFT: %s, %s', async (family, method, losses) => {
    const found = reference(family)
    const { batches, text, rate } = found.curve
    const choice = { method, placement: 'start', loss: 'vocabulary' } as const
    const layout = { ...choice, tokens: found.tokens, tail: 1 }
    const steps = batches.map((rows) =>
      rows.map((row) => {
        const answer = row.slice(text)
        return vocabularyExample(
          { before: [], text: row.slice(0, text), after: [] },
          answer.slice(0, -1),
          answer.at(-1) ?? 0,
          layout,
        )
      }),
    )
    const model = await tinyModel(family)
    const trainingStep = trainingStepOf(model, found, choice, steps.flat(), steps[0]?.length)
    const start = found.cases.find((each) => each.method === method && each.placement === 'start')?.start ?? {}
    const first: NamedTensors = tensorsOf(model, method, found.tokens, start)
    const state = startState(
      first,
      Object.keys(first).filter((name) => !/init|scale/.test(name)),
    )
    const ours: number[] = []
    for (let step = 1; step <= losses.length; step++) {
      const { loss, gradients } = await trainingStep.gradient(steps[(step - 1) % steps.length] ?? [], state.tensors)
      ours.push(loss)
      adamW(state, gradients, step, { learningRate: rate, weightDecay: 0 })
    }
    await trainingStep.release()
    expect(Math.max(...ours.map((loss, i) => Math.abs(loss - (losses[i] ?? NaN))))).toBeLessThan(1e-3)
    expect(ours.at(-1)).toBeLessThan(ours[0] ?? 0)
  })
})
