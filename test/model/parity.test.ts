// The starter model itself: its gradient against PyTorch's, and ten steps of training against PEFT's.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../../bench/support/hf-folder.ts'
import { starterModel } from '../../bench/support/model.ts'
import type { NamedTensors } from '../../main/contract/tensor.ts'
import { lossShapeOf, type TrainingExample, vocabularyExample } from '../../main/engine/train/example.ts'
import { adamW, startState } from '../../main/engine/train/optimiser.ts'
import { createTrainingStep } from '../../main/engine/train/training-step.ts'

interface Reference {
  readonly tokens: number
  readonly rate: number
  readonly batch: number
  /** Token ids whose embeddings the prompt starts from. */
  readonly start: readonly number[]
  readonly losses: readonly number[]
  readonly rows: readonly { readonly question: readonly number[]; readonly answer: readonly number[] }[]
  /** Of the first step, [tokens, hidden] float32, base64. */
  readonly gradient: string
}

const found = JSON.parse(
  readFileSync(new URL('../fixtures/smollm2/reference.json', import.meta.url), 'utf8'),
) as Reference
const settings = { method: 'prompt-tuning', placement: 'start', tokens: found.tokens, tail: 1 } as const

const examples = found.rows.map(({ question, answer }): TrainingExample =>
  vocabularyExample({ before: [], text: question, after: [] }, answer.slice(0, -1), answer.at(-1) ?? 0, settings),
)

async function opened() {
  const model = await starterModel(() => undefined)
  const trainingStep = createTrainingStep({
    model,
    settings,
    trie: undefined,
    lossShape: lossShapeOf('vocabulary', undefined, examples),
    buckets: [{ length: Math.max(...examples.map(({ sequence }) => sequence.ids.length)), cached: 0 }],
    rowsAtOnce: () => found.batch,
    threads: 2,
    providers: ['cpu'],
    onProvider: () => undefined,
  })
  const rows = await rowsOf(model, 'model.embed_tokens.weight', found.start)
  const prompt: NamedTensors = { prompt: { shape: [found.tokens, model.config.hidden], data: Float32Array.from(rows) } }
  return { trainingStep, prompt }
}

describe('SmolLM2-135M', () => {
  it('has the gradient that PyTorch has, and the loss curve that PEFT has', async () => {
    const { trainingStep, prompt } = await opened()
    const state = startState(prompt, ['prompt'])
    const losses: number[] = []
    let gradient = new Float32Array()
    for (let step = 0; step < found.losses.length; step++) {
      const from = (step * found.batch) % examples.length
      const { loss, gradients } = await trainingStep.gradient(examples.slice(from, from + found.batch), state.tensors)
      if (step === 0) gradient = Float32Array.from(gradients['prompt'] ?? [])
      losses.push(loss)
      adamW(state, gradients, step + 1, { learningRate: found.rate, weightDecay: 0 })
    }
    await trainingStep.release()
    const bytes = Uint8Array.from(Buffer.from(found.gradient, 'base64'))
    const expected = new Float32Array(bytes.buffer)
    const norm = (values: Float32Array): number => Math.hypot(...values)
    expect(norm(gradient.map((value, i) => value - (expected[i] ?? NaN))) / norm(expected)).toBeLessThan(1e-4)
    expect(Math.max(...losses.map((loss, i) => Math.abs(loss - (found.losses[i] ?? NaN))))).toBeLessThan(1e-3)
  })
})
