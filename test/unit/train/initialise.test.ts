// A prompt's first tensors, on a real tiny model: the embeddings of text tokens, tiled or cut to a length.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { createEncoder } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { rootMeanSquare } from '../../../main/engine/method/statistics.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { initialTensors } from '../../../main/engine/train/initialise.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'praise']
const model = await tinyModel('gemma3')
const { hidden, kvHeads, headDim, embeddingScale } = model.config
const runner = createInferenceRunner(model, { threads: 1 })
afterAll(() => runner.release())

const settingsOf = (given: Partial<TuneSettings>): TuneSettings => defaultSettings({ tokens: 6, ...given }, labels)
const encoder = createEncoder(model, settingsOf({}), labels)

async function start(given: Partial<TuneSettings>) {
  const settings = settingsOf(given)
  const tensors = await initialTensors(model, settings, labels, encoder, runner)
  return methodOf(settings).fold(tensors, settings)
}

/** The rows of a prompt, or a layer's keys of a prefix, a token each. */
async function rows(given: Partial<TuneSettings>): Promise<number[][]> {
  const { embeddings, past } = await start(given)
  const { data, shape } = embeddings ?? past?.[0]?.keys ?? { data: [], shape: [] }
  const width = embeddings ? hidden : kvHeads * headDim
  expect(data).toHaveLength((shape[0] ?? 0) * width)
  return Array.from({ length: shape[0] ?? 0 }, (_, p) => [...data.slice(p * width, (p + 1) * width)])
}

const prompt = { method: 'prompt-tuning', placement: 'start' } as const

/** A word's row as the file has it, scaled as the network reads it. */
function rowOf(id: number): number[] {
  const { file, offset } = model.weights['model.embed_tokens.weight'] ?? { file: '', offset: 0 }
  const bytes = readFileSync(join(model.folder, file))
  const at = offset + id * hidden * 4
  return Array.from({ length: hidden }, (_, i) => Math.fround(bytes.readFloatLE(at + 4 * i) * embeddingScale))
}

describe('a prompt that starts from tokens', () => {
  it('repeats a short text and cuts a long one', async () => {
    const ids = encoder.tokenizer.encodeWithSpecials('parcel')
    expect(ids.length).toBeGreaterThan(1)
    for (const tokens of [1, ids.length, 3 * ids.length + 1]) {
      const expected = Array.from({ length: tokens }, (_, p) => rowOf(ids[p % ids.length] ?? NaN))
      expect(await rows({ ...prompt, initText: 'parcel', tokens })).toEqual(expected)
    }
  })

  it('counts the special tokens that the model puts around a text, as PEFT does', async () => {
    const special = { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } }
    const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }]
    const pair = [...single, { Sequence: { id: 'B', type_id: 1 } }]
    const post_processor = { type: 'TemplateProcessing', single, pair, special_tokens: special }
    const tokenizer = { ...model.tokenizer, tokenizer: { ...model.tokenizer.tokenizer, post_processor } }
    const settings = settingsOf({ ...prompt, initText: 'parcel', tokens: 4 })
    const opened = createEncoder({ ...model, tokenizer }, settings, labels)
    const tensors = await initialTensors(model, settings, labels, opened, runner)
    const ids = [0, ...encoder.tokenizer.encodeWithSpecials('parcel')]
    expect([...(tensors['prompt']?.data ?? [])]).toEqual(ids.slice(0, 4).flatMap(rowOf))
  })

  it('has the embeddings of the labels’ tokens, one label after the other', async () => {
    const ids = labels.flatMap((label) => encoder.answer(label))
    expect(new Set(ids).size).toBeGreaterThan(1)
    const found = await rows({ ...prompt, init: 'labels', tokens: ids.length + 1 })
    expect(found).toEqual([...ids, ids[0] ?? NaN].map(rowOf))
  })

  it('starts all the same where the text is empty', async () => {
    expect(await rows({ ...prompt, initText: '', tokens: 3 })).toHaveLength(3)
  })
})

describe('a prompt that starts from chance', () => {
  it('has real rows of the vocabulary, or random ones at their scale', async () => {
    const tokens = await rows({ ...prompt, init: 'vocab', tokens: 40 })
    const random = await rows({ ...prompt, init: 'random', tokens: 40 })
    const scale = (all: number[][]) => rootMeanSquare(Float32Array.from(all.flat()))
    expect(scale(random) / scale(tokens)).toBeGreaterThan(0.8)
    expect(scale(random) / scale(tokens)).toBeLessThan(1.25)
    expect(new Set(random.flat()).size).toBeGreaterThan(0.99 * random.flat().length)
  })

  it.each(['vocab', 'random'] as const)('is the same for the same seed, another for another: %s', async (init) => {
    const of = (seed: number) => rows({ ...prompt, init, seed })
    expect(await of(1)).toEqual(await of(1))
    expect(await of(1)).not.toEqual(await of(2))
  })
})

describe('a prefix', () => {
  it('starts as the keys and values that its text has at the start of everything', async () => {
    const ids = encoder.tokenizer.encodeWithSpecials('so it is')
    const { past } = await start({ initText: 'so it is', tokens: ids.length })
    if (!past) throw new Error('no prefix')
    const present = await runner.keysValues([ids], 0)
    for (const [kind, tensors] of [
      ['keys', past.map(({ keys }) => keys)],
      ['values', past.map(({ values }) => values)],
    ] as const)
      tensors.forEach(({ data }, layer) => {
        const theirs = present[`${kind}.${String(layer)}`]?.data ?? new Float32Array()
        for (let p = 0; p < ids.length; p++)
          for (let h = 0; h < kvHeads; h++)
            for (let d = 0; d < headDim; d++)
              expect(data[(p * kvHeads + h) * headDim + d]).toBe(theirs[(h * ids.length + p) * headDim + d])
      })
  })
})
