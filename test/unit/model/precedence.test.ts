// Which of a folder's files counts, against transformers (fixtures/precedence/make.py).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../main/engine/model/open.ts'
import { frequencies } from '../../../main/engine/network/rope.ts'
import { renderChat } from '../../../main/engine/tokens/chat.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { type Change, folderWith, tensorsOfTiny, weightsWith } from '../../support/model-folder.ts'

interface Expected {
  readonly texts: Readonly<
    Record<
      string,
      {
        readonly files: Readonly<Record<string, Change>>
        readonly expected: {
          readonly chat: string | null
          readonly ends: readonly number[] | null
          readonly eos: string
        }
      }
    >
  >
  readonly ropes: Readonly<Record<string, { readonly config: Change; readonly frequencies: readonly number[] }>>
  readonly weights: Readonly<
    Record<string, { readonly embedding: string; readonly head: string; readonly tied: boolean }>
  >
}

const { texts, ropes, weights } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../fixtures/precedence/precedence.json', import.meta.url)), 'utf8'),
) as Expected

describe('a folder’s texts', () => {
  it.each(Object.entries(texts))('%s', async (_, { files, expected }) => {
    const { tokenizer: found } = await openModel(folderWith('llama', files))
    const tokenizer = createTokenizer(found)
    if (expected.chat === null) expect(() => renderChat(found, { instruction: '' }, 'hi')).toThrow('template')
    else expect(renderChat(found, { instruction: '' }, 'hi')).toBe(expected.chat)
    expect(tokenizer.spell(tokenizer.eos)).toBe(expected.eos)
    expect(found.ends ?? null).toEqual(expected.ends)
    // A tuned prompt writes the tokenizer's own end, so generation stops there as well.
    if (expected.ends) expect(new Set(tokenizer.ends)).toEqual(new Set([...expected.ends, tokenizer.eos]))
  })
})

describe('a folder’s rotation', () => {
  it.each(Object.entries(ropes))('%s', async (_, { config, frequencies: expected }) => {
    const model = await openModel(folderWith('llama', { 'config.json': config }))
    frequencies(model.config.headDim, model.config.rope).forEach((value, i) => {
      expect(value / (expected[i] ?? 0)).toBeCloseTo(1, 6)
    })
  })
})

describe('a folder’s weights', () => {
  const embedding = 'model.embed_tokens.weight'
  const own = tensorsOfTiny('llama')[embedding] ?? { shape: [], data: new Float32Array() }
  const other = { shape: own.shape, data: new Float32Array(own.data.length).fill(0.25) }
  const index = (file: string) => ({
    'model.safetensors.index.json': JSON.stringify({
      weight_map: Object.fromEntries(Object.keys(tensorsOfTiny('llama')).map((name) => [name, file])),
    }),
  })
  const head = 'lm_head.weight'
  const file = 'model.safetensors'
  const folders: Readonly<Record<string, Readonly<Record<string, Change>>>> = {
    'a file beside an index of other shards': {
      'model-00001-of-00001.safetensors': weightsWith('llama', { [embedding]: other }),
      ...index('model-00001-of-00001.safetensors'),
    },
    'a file beside an index of missing shards': index('model-00001-of-00002.safetensors'),
    'tied with the same head': { [file]: weightsWith('llama', { [head]: own }) },
    'tied with another head': { [file]: weightsWith('llama', { [head]: other }) },
    'tied with the head alone': { [file]: weightsWith('llama', { [embedding]: undefined, [head]: own }) },
    'untied with a head': {
      [file]: weightsWith('llama', { [head]: other }),
      'config.json': { tie_word_embeddings: false },
    },
  }

  it.each(Object.entries(folders))('%s', async (name, changes) => {
    const expected = weights[name]
    const model = await openModel(folderWith('llama', changes))
    const values = (weight: string): string => {
      const ref = model.weights[weight]
      if (ref === undefined) return values(embedding)
      const bytes = readFileSync(join(model.folder, ref.file)).subarray(ref.offset, ref.offset + ref.bytes)
      const same = (data: Float32Array): boolean => Buffer.from(data.buffer).equals(bytes)
      return same(own.data) ? 'embedding' : same(other.data) ? 'other' : 'random'
    }
    expect({ embedding: values(embedding), head: values(head), tied: model.config.tiedHead }).toEqual(expected)
  })

  it('without the head that its config promises are refused: transformers would make one up', async () => {
    expect(weights['untied without a head']?.head).toBe('random')
    const folder = folderWith('llama', { 'config.json': { tie_word_embeddings: false } })
    await expect(openModel(folder)).rejects.toThrow('has no weights lm_head.weight')
  })
})
