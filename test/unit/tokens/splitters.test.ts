// Every pre-tokenizer that splits text into words, against the Rust reference, from GGUF metadata and from tokenizer.json.
import { describe, expect, it } from 'vitest'
import { tokenizerFromGguf } from '../../../main/engine/tokens/from-gguf.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { byteLevel, corpus, metaspace } from './fixtures.ts'

interface Json {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly [string, string][] }
  readonly added_tokens: readonly { readonly id: number }[]
}

/** The byte-level fixture as a GGUF file describes it. */
function metadata(pre: string | undefined): Map<string, unknown> {
  const { model, added_tokens } = byteLevel.tokenizer as unknown as Json
  const tokens = Object.entries(model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token)
  const control = new Set(added_tokens.map(({ id }) => id))
  return new Map<string, unknown>([
    ['tokenizer.ggml.model', 'gpt2'],
    ...(pre === undefined ? [] : [['tokenizer.ggml.pre', pre] as const]),
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', tokens.map((_, id) => (control.has(id) ? 3 : 1))],
    ['tokenizer.ggml.merges', model.merges.map((pair) => pair.join(' '))],
    ['tokenizer.ggml.bos_token_id', 1],
    ['tokenizer.ggml.eos_token_id', 2],
  ])
}

describe.each(Object.entries(byteLevel.splitters))('a GGUF file that splits as %s', (name, ids) => {
  const tokenizer = createTokenizer(tokenizerFromGguf(metadata(name)))

  it.each(corpus.map((text, i) => [text, i] as const))('gives the reference ids of %j', (text, i) => {
    expect(tokenizer.encode(text)).toEqual(ids[i])
  })
})

describe('a GGUF file', () => {
  it('that names the default way of splitting is read as llama.cpp reads it, one that names none is refused', () => {
    expect(() => tokenizerFromGguf(metadata(undefined))).toThrow('does not say how its tokenizer splits text')
    const tokenizer = createTokenizer(tokenizerFromGguf(metadata('default')))
    expect(corpus.map((text) => tokenizer.encode(text))).toEqual(byteLevel.splitters['default'])
  })

  it('that names an unknown one is refused by its name', () => {
    for (const name of ['viking', 'constructor']) expect(() => tokenizerFromGguf(metadata(name))).toThrow(name)
  })

  it('puts BOS in front where it says so, or where such models do', () => {
    const first = (entries: Map<string, unknown>) => createTokenizer(tokenizerFromGguf(entries)).addBos
    expect(first(metadata('llama-bpe'))).toBe(true)
    expect(first(metadata('smollm'))).toBe(false)
    expect(first(metadata('smollm').set('tokenizer.ggml.add_bos_token', true))).toBe(true)
    expect(first(metadata('llama-bpe').set('tokenizer.ggml.add_bos_token', false))).toBe(false)
  })
})

describe.each(Object.entries(metaspace.forms))('a SentencePiece tokenizer.json, %s', (_, form) => {
  const { normalizer, pre_tokenizer, ids, data } = form
  const files = { tokenizer: { ...metaspace.tokenizer, normalizer, pre_tokenizer }, config: { bos_token: '<s>' } }
  const tokenizer = createTokenizer(files)

  it.each(corpus.map((text, i) => [text, i] as const))('gives the reference ids of %j', (text, i) => {
    expect(tokenizer.encode(text)).toEqual(data[i])
    expect(tokenizer.encodeWithSpecials(text)).toEqual(ids[i] ?? [tokenizer.bos, ...(data[i] ?? [])])
  })
})

describe('a stage that would be read wrongly', () => {
  it.each([
    ['pre_tokenizer', { type: 'FixedLength', length: 0 }],
    ['pre_tokenizer', { type: 'Split', pattern: { Regex: '\\d+' }, behavior: 'MergedWithNext' }],
    ['normalizer', { type: 'BertNormalizer' }],
    ['normalizer', { type: 'constructor' }],
    ['decoder', { type: 'CTC' }],
  ])('is refused by name: %s %j', (stage, part) => {
    const tokenizer = { ...byteLevel.tokenizer, [stage]: { type: 'Sequence', [`${stage.replace('_', '')}s`]: [part] } }
    expect(() => createTokenizer({ tokenizer, config: byteLevel.config })).toThrow(
      /"(FixedLength|mergedwithnext|BertNormalizer|constructor|CTC)"/,
    )
  })
})
