// Texts with a KV precompute give the gradients and scores of texts that are computed anew in every step.
import { describe, expect, it } from 'vitest'
import type { LossName, MethodName } from '../../../main/contract/settings.ts'
import { scoreRows } from '../../../main/engine/evaluate/label-scores.ts'
import { cacheTexts, type PrecomputeJob } from '../../../main/engine/evaluate/kv-precompute.ts'
import { createBuffers } from '../../../main/engine/evaluate/buffers.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { createKvStore } from '../../../main/engine/evaluate/kv-store.ts'
import { readingOf } from '../../../main/engine/evaluate/reading.ts'
import { labelTrie } from '../../../main/engine/evaluate/trie.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { layOut, type Sequence } from '../../../main/engine/method/layout.ts'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { apart, examplesOf, trainingStepOf, tensorsOf } from './engine.ts'

const cases = families.flatMap((family) =>
  (['prompt-tuning', 'prefix-tuning'] as const).flatMap((method) =>
    (['labels', 'vocabulary'] as const).map((loss): [typeof family, MethodName, LossName] => [family, method, loss]),
  ),
)

async function allRead(
  reading: PrecomputeJob,
  sequences: readonly Sequence[],
  onProgress: (done: number, total: number) => void,
) {
  const texts = await cacheTexts(reading, sequences, onProgress)
  await texts.precompute(sequences)
  return texts
}

describe('a text with a KV precompute', () => {
  it('is not read again by a later run, and comes from disk where memory is short', async () => {
    const model = await tinyModel('llama')
    const found = reference('llama')
    const choice = { method: 'prompt-tuning', placement: 'after-text', loss: 'labels' } as const
    const tensors = tensorsOf(
      model,
      'prompt-tuning',
      found.tokens,
      found.cases.find(({ method }) => method === 'prompt-tuning')?.start ?? {},
    )
    const examples = examplesOf(found, choice)
    const sequences = examples.map(({ sequence }) => sequence)
    const folder = temporaryFolder()
    const gradients = []
    const read: number[] = []
    for (const half of [false, false, true]) {
      const runner = createInferenceRunner(model, { threads: 1 })
      const store = createKvStore({ folder, memory: 0, half })
      const left: number[] = []
      const texts = await allRead({ model, runner, past: 0, store }, sequences, (done, total) =>
        left.push(total - done),
      )
      const trainingStep = trainingStepOf(model, found, choice, examples, 2, texts)
      texts.prefetch(sequences.slice(0, 1))
      gradients.push(await trainingStep.gradient(examples, tensors))
      await Promise.all([trainingStep.release(), runner.release()])
      read.push(left[0] ?? NaN)
    }
    expect(read).toEqual([3, 0, 3])
    const [first, again, half] = gradients.map(({ gradients }) => gradients)
    expect(again).toEqual(first)
    const exact = Object.fromEntries(Object.entries(first ?? {}).map(([name, slope]) => [name, [...slope]]))
    expect(apart(half ?? {}, exact)).toBeLessThan(5e-3)
  })

  it.each(families)(
    'computes a start that all texts share only once, and has the same keys and values: %s',
    async (family) => {
      const model = await tinyModel(family)
      const runner = createInferenceRunner(model, { threads: 1 })
      const sequences = [
        [3, 5, 4, 8, 9],
        [3, 5, 4, 7],
        [3, 5, 4, 1, 2, 6, 10, 11],
      ].map((ids) => ({
        ...layOut({ before: ids, text: [], after: [] }, [], undefined),
        constant: ids.length,
      }))
      const storeOf = () => createKvStore({ folder: undefined, memory: Infinity, half: false })
      const read = (some: typeof sequences) =>
        allRead({ model, runner, past: 2, store: storeOf() }, some, () => undefined)
      const together = await read(sequences)
      for (const sequence of sequences) {
        const { length } = sequence.ids
        const alone = await (await read([sequence])).feeds([sequence], { batch: 1, cached: length })
        const feeds = await together.feeds([sequence], { batch: 1, cached: length })
        for (const [name, { shape, data }] of Object.entries(alone)) {
          expect(feeds[name]?.shape).toEqual(shape)
          data.forEach((value, i) => {
            expect(Math.abs(Number(value) - Number(feeds[name]?.data[i]))).toBeLessThan(1e-5)
          })
        }
      }
      await runner.release()
    },
  )

  it('is computed when it is needed, each text once, and in few passes where it is needed with others', async () => {
    const model = await tinyModel('llama')
    const runner = createInferenceRunner(model, { threads: 1 })
    const sequences = [
      [3, 5, 4, 8],
      [3, 5, 6],
      [3, 5, 7, 2, 1],
      [3, 5, 9],
    ].map((ids) => ({
      ...layOut({ before: ids, text: [], after: [] }, [], undefined),
      constant: ids.length,
    }))
    const storeOf = () => createKvStore({ folder: undefined, memory: Infinity, half: false })
    const whole = await allRead({ model, runner, past: 0, store: storeOf() }, sequences, () => undefined)
    const progress: number[] = []
    const texts = await cacheTexts({ model, runner, past: 0, store: storeOf() }, sequences, (done) =>
      progress.push(done),
    )
    expect(progress).toEqual([])
    await texts.precompute(sequences.slice(0, 2))
    expect(progress).toEqual([0, 2])
    await texts.precompute(sequences.slice(1))
    await texts.precompute(sequences)
    expect(progress).toEqual([0, 2, 2, 4])
    const none = createKvStore({ folder: undefined, memory: 0, half: false })
    const forgetful = await allRead({ model, runner, past: 0, store: none }, sequences, () => undefined)
    const [ours, theirs, anew] = await Promise.all(
      [texts, whole, forgetful].map((each) => each.feeds(sequences, { batch: 4, cached: 5 })),
    )
    for (const [name, { data }] of Object.entries(theirs ?? {}))
      data.forEach((value, i) => expect(Math.abs(value - (anew?.[name]?.data[i] ?? NaN))).toBeLessThan(1e-5))
    for (const [name, { data }] of Object.entries(theirs ?? {}))
      data.forEach((value, i) => expect(Math.abs(value - (ours?.[name]?.data[i] ?? NaN))).toBeLessThan(1e-5))
    await runner.release()
  })

  it('is written over what an earlier step was given, and nothing of that is left', async () => {
    const model = await tinyModel('llama')
    const runner = createInferenceRunner(model, { threads: 1 })
    const sequences = [[3, 5, 4, 8, 9], [6], [7, 2, 1]].map((ids) => ({
      ...layOut({ before: ids, text: [], after: [] }, [], undefined),
      constant: ids.length,
    }))
    const store = createKvStore({ folder: undefined, memory: Infinity, half: false })
    const texts = await allRead({ model, runner, past: 0, store }, sequences, () => undefined)
    await runner.release()
    const buffers = createBuffers()
    const first = await texts.feeds(sequences, { batch: 3, cached: 5 }, buffers)
    const memory = Object.values(first).map(({ data }) => data.buffer)
    const next = sequences.slice(1)
    const fresh = await texts.feeds(next, { batch: 2, cached: 4 })
    const again = await texts.feeds(next, { batch: 2, cached: 4 }, buffers)
    expect(again).toEqual(fresh)
    expect(Object.values(again).every(({ data }, i) => data.buffer === memory[i])).toBe(true)
  })

  it.each(cases)('has the same gradient and scores: %s, %s, loss over %s', async (family, method, loss) => {
    const model = await tinyModel(family)
    const found = reference(family)
    const choice = { method, placement: 'after-text', loss } as const
    const start = found.cases.find((each) => each.method === method)?.start ?? {}
    const tensors = tensorsOf(model, method, found.tokens, start)
    const examples = examplesOf(found, choice)
    const runner = createInferenceRunner(model, { threads: 1 })
    const sequences = examples.map(({ sequence }) => sequence)
    expect(sequences.every(({ constant }) => constant > 0)).toBe(true)
    const past = method === 'prefix-tuning' ? found.tokens : 0
    const store = createKvStore({ folder: undefined, memory: Infinity, half: false })
    const texts = await allRead({ model, runner, past, store }, sequences, () => undefined)

    // Three rows, two at a time: gaps behind shorter texts, and a row of padding.
    const [anew, once] = [
      trainingStepOf(model, found, choice, examples, 2),
      trainingStepOf(model, found, choice, examples, 2, texts),
    ]
    const [expected, ours] = [await anew.gradient(examples, tensors), await once.gradient(examples, tensors)]
    await Promise.all([anew.release(), once.release()])
    expect(Math.abs(ours.loss - expected.loss) / expected.loss).toBeLessThan(1e-5)
    const gradients = Object.fromEntries(Object.entries(expected.gradients).map(([name, slope]) => [name, [...slope]]))
    expect(apart(ours.gradients, gradients)).toBeLessThan(1e-5)

    const settings = { method, placement: 'after-text', tokens: found.tokens, tail: 1 } as const
    const trie = labelTrie(found.answers, found.end, found.answers.map(String))
    const rows = found.questions.map((text) => ({ before: [], text, after: [] }))
    expect(rows.map((row) => layOut(row, [], settings).constant)).toEqual(sequences.map(({ constant }) => constant))
    const virtual = { settings, parts: methodOf({ method }).fold(tensors, settings) }
    const [plain, shared] = [
      await scoreRows(runner, trie, rows, virtual),
      await scoreRows(runner, trie, rows, { ...virtual, reading: readingOf(settings, texts) }),
    ]
    await runner.release()
    shared.flat().forEach((score, i) => {
      expect(Math.abs(score - (plain.flat()[i] ?? NaN))).toBeLessThan(1e-4)
    })
  })
})
