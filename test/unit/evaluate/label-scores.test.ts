// Labels scored side by side in one pass have the scores they have when each is read by itself.
import { describe, expect, it } from 'vitest'
import type { Parts } from '../../../main/contract/parts.ts'
import { best } from '../../../main/engine/evaluate/best.ts'
import { scoreRows, type PlacedParts } from '../../../main/engine/evaluate/label-scores.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { labelTrie } from '../../../main/engine/evaluate/trie.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { layOut, type LayoutSettings, type Segments } from '../../../main/engine/method/layout.ts'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { tensorsOf } from '../parity/engine.ts'

const end = 1
/** Of one token and of many, with shared beginnings, and one the beginning of another. */
const answers = [[20], [20, 21], [20, 21, 22, 23], [20, 24], [30, 31], [40]]
const trie = labelTrie(answers, end, answers.map(String))

const rows: readonly Segments[] = [9, 3, 14, 3].map((length, r) => ({
  before: [50, 51],
  text: Array.from({ length }, (_, i) => 60 + 7 * r + i),
  after: [52],
}))

async function virtualOf(family: (typeof families)[number], settings: LayoutSettings): Promise<PlacedParts> {
  const start = reference(family).cases.find(({ method }) => method === settings.method)?.start ?? {}
  const tensors = tensorsOf(await tinyModel(family), settings.method, settings.tokens, start)
  return { settings, parts: methodOf(settings).fold(tensors, settings) }
}

/** A label read alone, a token at a time: at each a softmax over what can follow there in any label. */
async function alone(
  runner: InferenceRunner,
  row: Segments,
  label: number,
  virtual: PlacedParts | undefined,
): Promise<number> {
  const ids = [...(answers[label] ?? []), end]
  let total = 0
  for (let t = 0; t < ids.length; t++) {
    const start = ids.slice(0, t)
    const followers = answers
      .map((answer) => [...answer, end])
      .filter((answer) => start.every((id, i) => id === answer[i]))
      .map((answer) => answer[t] ?? end)
    const logits = await lastLogits(runner, row, start, virtual?.settings, virtual?.parts)
    const shares = [...new Set(followers)].map((id) => Math.exp(logits[id] ?? NaN))
    total += Math.log(Math.exp(logits[ids[t] ?? 0] ?? NaN) / shares.reduce((sum, share) => sum + share, 0))
  }
  return total
}

async function lastLogits(
  runner: InferenceRunner,
  row: Segments,
  answer: readonly number[],
  settings: LayoutSettings | undefined,
  parts: Parts | undefined,
): Promise<Float32Array> {
  const sequence = layOut(
    row,
    answer.map((id, i) => ({ id, parent: i - 1 })),
    settings,
  )
  const targetPositions = [[sequence.ids.length - 1]]
  return (await runner.logits({ sequences: [sequence], parts, targetPositions, candidates: undefined })).data
}

const cases = families.flatMap((family) =>
  ([undefined, 'prompt-tuning', 'prefix-tuning'] as const).map((method) => [family, method] as const),
)

describe('scoring labels', () => {
  it.each(cases)('gives each the score it has by itself: %s, %s', async (family, method) => {
    const model = await tinyModel(family)
    const { tokens } = reference(family)
    const virtual = method && (await virtualOf(family, { method, placement: 'after-text', tokens, tail: 1 }))
    const runner = createInferenceRunner(model, { threads: 1 })
    const scores = await scoreRows(runner, trie, rows, virtual)
    for (const row of [0, 2])
      for (const label of answers.keys())
        expect(scores[row]?.[label]).toBeCloseTo(await alone(runner, rows[row] as Segments, label, virtual), 3)
    for (const each of scores) expect(each.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 4)
    await runner.release()
  })

  it('keeps the order of the rows, and reports how many are done', async () => {
    const runner = createInferenceRunner(await tinyModel('qwen2'), { threads: 1 })
    const many = Array.from({ length: 200 }, (_, i) => rows[i % rows.length] as Segments)
    const done: number[] = []
    const scores = await scoreRows(runner, trie, many, undefined, (count) => void done.push(count))
    expect(done.length).toBeGreaterThan(1)
    expect(done.at(-1)).toBe(200)
    scores.forEach((score, i) => {
      score.forEach((value, label) => {
        expect(value).toBeCloseTo(scores[i % rows.length]?.[label] ?? NaN, 4)
      })
    })
    expect(await scoreRows(runner, trie, [], undefined)).toEqual([])
    await runner.release()
  })
})

it.each(families)(
  'tokens of the template that all rows begin with are precomputed once, and change no score: %s',
  async (family) => {
    const runner = createInferenceRunner(await tinyModel(family), { threads: 1 })
    const withInstruction = rows.map((row) => ({ ...row, before: Array.from({ length: 30 }, (_, i) => 90 + i) }))
    const together = await scoreRows(runner, trie, withInstruction, undefined)
    for (const [i, row] of withInstruction.entries()) {
      const [alone = []] = await scoreRows(runner, trie, [row], undefined)
      alone.forEach((value, label) => {
        expect(together[i]?.[label]).toBeCloseTo(value, 4)
      })
    }
    await runner.release()
  },
)

it('the best of equals is the first', () => {
  expect([best([-2, -1, -1]), best([-3]), best([-Infinity, -Infinity])]).toEqual([1, 0, 0])
})
