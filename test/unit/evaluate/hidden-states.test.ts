// The last hidden states: through the head they give the logits, whether texts are precomputed, share a start, or neither.
import { describe, expect, it } from 'vitest'
import { hiddenStates } from '../../../main/engine/evaluate/hidden-states.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { cacheTexts } from '../../../main/engine/evaluate/kv-precompute.ts'
import { createKvStore } from '../../../main/engine/evaluate/kv-store.ts'
import { input, matmul } from '../../../main/engine/graph/ops.ts'
import { layOut, pastOf, type Segments } from '../../../main/engine/method/layout.ts'
import { head } from '../../../main/engine/network/embed.ts'
import { weightsOf } from '../../../main/engine/network/weights.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { families, tinyModel } from '../../support/tiny.ts'
import { open } from '../graph/run.ts'

const rows: readonly Segments[] = [
  { before: [5, 6, 7, 8, 9, 10, 11, 12, 13], text: [20, 21, 22], after: [14, 15] },
  { before: [5, 6, 7, 8, 9, 10, 11, 12, 13], text: [30], after: [14, 15] },
  { before: [5, 6, 7, 8, 9, 10, 11, 12, 13], text: [40, 41, 42, 43, 44, 45], after: [14, 15] },
]

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(found.length).toBe(wanted.length)
  for (let i = 0; i < wanted.length; i++) expect(Math.abs((found[i] ?? NaN) - (wanted[i] ?? NaN))).toBeLessThan(1e-4)
}

describe.each(families)('hidden states of %s', (family) => {
  it('are the same for a row alone, with others, and from cached keys and values', async () => {
    const model = await tinyModel(family)
    const runner = createInferenceRunner(model, { threads: 1 })
    const together = await hiddenStates(runner, rows, undefined)
    for (const [i, row] of rows.entries()) {
      const [alone] = await hiddenStates(runner, [row], undefined)
      close(alone ?? [], together[i] ?? [])
      expect(alone).toHaveLength(model.config.hidden)
    }
    for (const given of [{ method: 'prefix-tuning', tail: 2 }, { method: 'tail-lora' }]) {
      const settings = defaultSettings({ ...given, tokens: 4 })
      const sequences = rows.map((segments) => layOut(segments, [], settings))
      const store = createKvStore({ folder: undefined, memory: Infinity, half: false })
      const cache = { model, runner, store, past: pastOf(settings) }
      const texts = await cacheTexts(cache, sequences, () => undefined)
      await texts.precompute(sequences)
      const done: number[] = []
      const cached = await hiddenStates(runner, rows, { settings, texts }, (at) => done.push(at))
      cached.forEach((state, i) => close(state, together[i] ?? []))
      expect(done.at(-1)).toBe(rows.length)
    }
    await runner.release()
  })

  it('times the head are the logits of the next token', async () => {
    const model = await tinyModel(family)
    const { config } = model
    const runner = createInferenceRunner(model, { threads: 1 })
    const sequences = rows.map((segments) => layOut(segments, [], undefined))
    const targetPositions = sequences.map(({ questionEnd }) => [questionEnd])
    const logits = await runner.logits({ sequences, parts: undefined, targetPositions, candidates: undefined })
    const states = await hiddenStates(runner, rows, undefined)
    await runner.release()
    const shape = [1, rows.length, config.hidden]
    const product = matmul(input('states', shape), head(config, weightsOf(model)), { transB: true })
    const session = await open({ product }, 'cpu', model.folder)
    const data = Float32Array.from(states.flatMap((state) => Array.from(state)))
    const found = await session.run({ states: { shape, data } })
    await session.release()
    close(found['product']?.data ?? [], logits.data)
  })
})
