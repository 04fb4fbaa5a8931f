// Virtual tokens taken away one by one, on real tiny models: the loss is what a prompt really made without them has.
import { describe, expect, it } from 'vitest'
import type { Parts } from '../../../main/contract/parts.ts'
import type { Placement } from '../../../main/contract/settings.ts'
import type { Tensor } from '../../../main/contract/tensor.ts'
import { scoreRows, type PlacedPrompt } from '../../../main/engine/evaluate/label-scores.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { readingOf } from '../../../main/engine/evaluate/reading.ts'
import { labelTrie } from '../../../main/engine/evaluate/trie.ts'
import { ablate, byLabels, compare, labelScores } from '../../../main/engine/inspect/ablate.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { layOut, type LayoutSettings, type Segments } from '../../../main/engine/method/layout.ts'
import { precomputeKv } from '../../../main/engine/train/precompute-kv.ts'
import { type Family, reference, tinyModel } from '../../support/tiny.ts'
import { tensorsOf } from '../parity/engine.ts'

const answers = [[20], [20, 21], [30, 31], [40]]
const trie = labelTrie(answers, 1, answers.map(String))
const rows: readonly Segments[] = [9, 3, 14, 5].map((length, r) => ({
  before: [50, 51],
  text: Array.from({ length }, (_, i) => 60 + 7 * r + i),
  after: [52],
}))
const right = [0, 1, 2, 3]

async function placedParts(family: Family, method: 'prompt-tuning' | 'prefix-tuning', placement: Placement) {
  const model = await tinyModel(family)
  const { tokens, cases } = reference(family)
  const settings: LayoutSettings = { method, placement, tokens, tail: 1 }
  const start = cases.find((each) => each.method === method)?.start ?? {}
  const parts = methodOf({ method }).fold(tensorsOf(model, method, tokens, start), settings)
  return { model, settings, parts }
}

const lossesOf = (scores: readonly (readonly number[])[]) => right.map((label, row) => -(scores[row]?.[label] ?? NaN))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** A tensor [P, ...] without its row p. */
function dropped({ shape, data }: Tensor, p: number): Tensor {
  const [count = 0, ...rest] = shape
  const size = data.length / count
  return {
    shape: [count - 1, ...rest],
    data: Float32Array.from([...data.subarray(0, p * size), ...data.subarray((p + 1) * size)]),
  }
}

describe('a prefix without one of its tokens', () => {
  it.each([
    ['llama', 'start'],
    ['qwen3', 'after-text'],
    ['gemma3', 'after-text'],
  ] as const)('answers as one that never had its keys and values: %s, %s', async (family, placement) => {
    const { model, settings, parts } = await placedParts(family, 'prefix-tuning', placement)
    const runner = createInferenceRunner(model, { threads: 1 })
    const placed: PlacedPrompt = { settings, parts }
    const average = new Float32Array()
    const found = await ablate(
      { rows: rows.length, score: byLabels(runner, trie, rows, right), placed, average },
      () => undefined,
    )
    const whole = lossesOf(await scoreRows(runner, trie, rows, placed))
    expect(found.loss).toBeCloseTo(mean(whole), 4)
    expect(found.tokens).toHaveLength(settings.tokens)
    for (const [p, { difference }] of found.tokens.entries()) {
      if (!parts.past) throw new Error('no prefix')
      const shorter: Parts = {
        past: parts.past.map(({ keys, values }) => ({ keys: dropped(keys, p), values: dropped(values, p) })),
      }
      // Shorter by one, and everything one position later, is the same in the same places.
      const offset = 1
      const shifted = {
        ...runner,
        logits: (question: Parameters<typeof runner.logits>[0]) => runner.logits({ ...question, offset }),
      }
      const without = lossesOf(await scoreRows(shifted, trie, rows, { settings, parts: shorter }))
      expect(difference).toBeCloseTo(mean(without) - mean(whole), 4)
    }
    await runner.release()
  })

  it('has the same worth where the texts were read before', async () => {
    const { model, settings, parts } = await placedParts('qwen3', 'prefix-tuning', 'after-text')
    const runner = createInferenceRunner(model, { threads: 1 })
    const sequences = rows.map((row) => layOut(row, trie.context, settings))
    const source = { model, runner, settings: { ...settings, steps: 1, batch: 1 }, folder: undefined }
    const texts = await precomputeKv({ ...source, emit: () => undefined }, sequences)
    await texts.precompute(sequences)
    const task = { rows: rows.length, score: byLabels(runner, trie, rows, right), average: new Float32Array() }
    const [plain, read] = [
      await ablate({ ...task, placed: { settings, parts } }, () => undefined),
      await ablate({ ...task, placed: { settings, parts, reading: readingOf(settings, texts) } }, () => undefined),
    ]
    plain.tokens.forEach(({ difference }, p) => {
      expect(read.tokens[p]?.difference).toBeCloseTo(difference, 4)
    })
    await runner.release()
  })
})

describe('a prompt without one of its tokens', () => {
  it.each(['start', 'before-text', 'after-text'] as const)(
    'has the average word in its place, also where the answer is read from: %s',
    async (placement) => {
      const { model, settings, parts } = await placedParts('llama', 'prompt-tuning', placement)
      const { hidden } = model.config
      const runner = createInferenceRunner(model, { threads: 1 })
      const average = Float32Array.from({ length: hidden }, (_, i) => Math.sin(i))
      const progress: [number, number][] = []
      const score = byLabels(runner, trie, rows, right)
      const task = { rows: rows.length, score, placed: { settings, parts }, average }
      const { tokens, loss } = await ablate(task, (done, total) => void progress.push([done, total]))
      const { embeddings } = parts
      if (!embeddings) throw new Error('no prompt')
      for (const [p, { difference, margin }] of tokens.entries()) {
        const data = embeddings.data.map((value, i) =>
          Math.floor(i / hidden) === p ? (average[i % hidden] ?? NaN) : value,
        )
        const replaced: Parts = { embeddings: { shape: embeddings.shape, data } }
        const losses = lossesOf(await scoreRows(runner, trie, rows, { settings, parts: replaced }))
        expect(difference).toBeCloseTo(mean(losses) - loss, 5)
        expect(Math.abs(difference)).toBeGreaterThan(0)
        expect(margin).toBeGreaterThan(0)
      }
      const total = rows.length * (settings.tokens + 1)
      expect([progress[0], progress.at(-1)]).toEqual([
        [0, total],
        [total, total],
      ])
      expect(progress.map(([done]) => done)).toEqual(progress.map(([done]) => done).sort((a, b) => a - b))
      await runner.release()
    },
  )
})

describe('two scorings of the same rows', () => {
  it('differ by the mean of their rows, within what the rows leave open', () => {
    const whole = [
      [-1, -2],
      [-2, -1],
      [-1, -3],
    ]
    const without = [
      [-2, -1],
      [-2, -2],
      [-4, -5],
    ]
    const [before, after] = [labelScores(whole, [0, 1, 0]), labelScores(without, [0, 1, 0])]
    const found = compare(before, after, 1)
    expect(found.difference).toBeCloseTo((1 + 1 + 3) / 3)
    const error = Math.sqrt(4 / 3 / 3)
    expect(found.margin).toBeCloseTo(1.95996 * error, 3)
    // The second row's answers are equally likely, and so the first of them is given.
    expect(found.changed).toBe(2)
    // The more tokens are tried, the more of them would stand out by chance.
    expect(compare(before, after, 16).margin).toBeCloseTo(2.95516 * error, 3)
    expect(compare(before, before, 4)).toEqual({ difference: 0, margin: 0, changed: 0 })
    expect(compare(labelScores([[-1]], [0]), labelScores([[-2]], [0]), 4).margin).toBe(Infinity)
  })
})
