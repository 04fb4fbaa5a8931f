// Answers that are written to many rows at once are those that are written to each alone.
import { describe, expect, it, vi } from 'vitest'
import type { PreparedModel } from '../../../main/contract/model.ts'
import type { PlacedPrompt } from '../../../main/engine/evaluate/label-scores.ts'
import { generateRows } from '../../../main/engine/evaluate/generate-rows.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { type AnswerToken, layOut, type LayoutSettings, type Segments } from '../../../main/engine/method/layout.ts'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { tensorsOf } from '../parity/engine.ts'

const rowsBehind = (before: readonly number[]): readonly Segments[] =>
  [9, 3, 14, 3, 6].map((length, r) => ({
    before,
    text: Array.from({ length }, (_, i) => 60 + 7 * r + i),
    after: [52],
  }))
const rows = rowsBehind([50, 51])
const maxTokens = 7

/** A model whose weights look so large that many rows' keys and values are small beside them. */
const withLongContext = (model: PreparedModel): PreparedModel => {
  const [some] = Object.values(model.weights)
  return { ...model, weights: { ...model.weights, ...(some ? { large: { ...some, shape: [1e6] } } : {}) } }
}

/** The likeliest token again and again, each time with the whole text before it read anew. */
async function alone(runner: InferenceRunner, row: Segments, virtual: PlacedPrompt | undefined): Promise<number[]> {
  const ids: number[] = []
  while (ids.length < maxTokens) {
    const answer = ids.map((id, i): AnswerToken => ({ id, parent: i - 1 }))
    const sequence = layOut(row, answer, virtual?.settings)
    const { data } = await runner.logits({
      sequences: [sequence],
      parts: virtual?.parts,
      targetPositions: [[sequence.ids.length - 1]],
      candidates: undefined,
    })
    ids.push(data.indexOf(Math.max(...data)))
  }
  return ids
}

describe('writing answers', () => {
  it.each(
    families.flatMap((family) =>
      [
        undefined,
        'prefix-tuning, after-text',
        'prefix-tuning, start',
        'prompt-tuning, after-text',
        'prompt-tuning, start',
      ].map((way) => [family, way] as const),
    ),
  )('to rows of all lengths at once changes none: %s, %s', async (family, way) => {
    const model = await tinyModel(family)
    const runner = createInferenceRunner(model, { threads: 1 })
    const [method, placement] = (way?.split(', ') ?? []) as [LayoutSettings['method'], LayoutSettings['placement']]
    const found = reference(family)
    const settings = { method, placement, tokens: found.tokens, tail: 1 }
    const start = found.cases.find((each) => each.method === method)?.start ?? {}
    const virtual = way
      ? { settings, parts: methodOf({ method }).fold(tensorsOf(model, method, found.tokens, start), settings) }
      : undefined
    const done: number[] = []
    const session = vi.spyOn(runner, 'session')
    const generated = await generateRows(runner, rows, virtual, { model, ends: [], maxTokens }, (count) =>
      done.push(count),
    )
    // Each further session maps the weights again: only virtual embeddings need one of their own, before the first token.
    const shapes = new Set(session.mock.calls.map(([shape]) => JSON.stringify(shape)))
    expect(shapes.size).toBe(method === 'prompt-tuning' ? 2 : 1)
    for (const [i, row] of rows.entries()) expect(generated[i]).toEqual(await alone(runner, row, virtual))
    expect(done.at(-1)).toBe(rows.length)
    // What ends an answer is no part of it, and the others go on without it.
    const [ended] = generated
    const end = ended?.[2] ?? -1
    const ends = { model, ends: [end], maxTokens }
    const shorter = await generateRows(runner, rows, virtual, ends, () => undefined)
    shorter.forEach((ids, i) => {
      const whole = generated[i] ?? []
      expect(ids).toEqual(whole.includes(end) ? whole.slice(0, whole.indexOf(end)) : whole)
    })
    await runner.release()
    // Questions that are read one by one, with little memory, are answered side by side all the same.
    const little = createInferenceRunner(model, { threads: 1, memory: 'low' })
    const batches: number[] = []
    const one = { ...little, tokensAtOnce: 1 }
    const side = await generateRows(
      one,
      rows,
      virtual,
      { model: withLongContext(model), ends: [], maxTokens },
      (count) => batches.push(count),
    )
    expect(side).toEqual(generated)
    expect(batches).toEqual([rows.length])
    await little.release()
  })

  it.each(families)('behind a shared start of all rows, precomputed once, changes none either: %s', async (family) => {
    const model = await tinyModel(family)
    const runner = createInferenceRunner(model, { threads: 1 })
    const keysValues = vi.spyOn(runner, 'keysValues')
    const withInstruction = rowsBehind(Array.from({ length: 20 }, (_, i) => 10 + i))
    const write = (some: InferenceRunner, given = model) =>
      generateRows(some, withInstruction, undefined, { model: given, ends: [], maxTokens }, () => undefined)
    const generated = await write(runner)
    expect(keysValues).toHaveBeenCalledTimes(1)
    for (const [i, row] of withInstruction.entries()) expect(generated[i]).toEqual(await alone(runner, row, undefined))
    expect(await write({ ...runner, tokensAtOnce: 1 }, withLongContext(model))).toEqual(generated)
    await runner.release()
  })
})
