// A text so long that its queries are taken in parts has the loss of one that is read whole, and the slope that its loss shows.
import { describe, expect, it } from 'vitest'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { vocabularyExample } from '../../../main/engine/train/example.ts'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { trainingStepOf, tensorsOf } from './engine.ts'

const settings = { placement: 'start', tail: 1, loss: 'vocabulary' } as const
const methodNames = ['prompt-tuning', 'prefix-tuning'] as const
const cases = families.flatMap((family) =>
  methodNames.map((method): [typeof family, typeof method] => [family, method]),
)

describe('a long text', () => {
  it.each(cases)('is the same in parts: %s, %s', async (family, method) => {
    const model = await tinyModel(family)
    const found = reference(family)
    const start = found.cases.find((each) => each.method === method)?.start ?? {}
    const tensors = tensorsOf(model, method, found.tokens, start)
    const choice = { ...settings, method, tokens: found.tokens }
    const ids = Array.from({ length: 300 }, (_, i) => (7 * i + 3) % model.config.vocab)
    const examples = [ids, ids.slice(20)].map((text) =>
      vocabularyExample({ before: [], text, after: [] }, [5], 2, choice),
    )
    const trainingStep = trainingStepOf(model, found, choice, examples)
    const { loss, gradients } = await trainingStep.gradient(examples, tensors)

    // Lengths that are only known when a graph runs are never taken in parts.
    const runner = createInferenceRunner(model, { threads: 1 })
    const { data, shape } = await runner.logits({
      sequences: examples.map(({ sequence }) => sequence),
      parts: methodOf({ method }).fold(tensors, choice),
      targetPositions: examples.map(({ targetPositions }) => targetPositions),
      candidates: undefined,
    })
    await runner.release()
    const width = shape[2] ?? 0
    const whole = examples
      .flatMap(({ labels }) => labels)
      .map((id, i) => surprise(data.subarray(i * width, (i + 1) * width), id))
    expect(loss).toBeCloseTo(whole.reduce((sum, each) => sum + each, 0) / whole.length, 4)

    // Along the gradient, the loss rises by its length.
    const [name = ''] = Object.keys(gradients)
    const slope = gradients[name] ?? new Float32Array()
    const steepness = Math.hypot(...slope)
    const moved = (by: number): NamedTensors => {
      const from = tensors[name] ?? { shape: [], data: new Float32Array() }
      return { ...tensors, [name]: { ...from, data: from.data.map((v, i) => v + (by * (slope[i] ?? 0)) / steepness) } }
    }
    const by = 0.02
    const [up, down] = [
      await trainingStep.gradient(examples, moved(by)),
      await trainingStep.gradient(examples, moved(-by)),
    ]
    await trainingStep.release()
    const measured = (up.loss - down.loss) / (2 * by)
    expect(Math.abs(measured - steepness) / steepness).toBeLessThan(0.02)
  })
})

/** -log p of a token. */
function surprise(logits: Float32Array, id: number): number {
  const top = Math.max(...logits)
  return top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0)) - (logits[id] ?? 0)
}
