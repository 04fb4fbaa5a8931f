// Ids against the reference tokenizers' (fixtures/tokens/make.py), and data that cannot pose as a special token.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenizerFromGguf } from '../../../main/engine/tokens/from-gguf.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { byteLevel, corpus, sentencePiece } from './fixtures.ts'

describe('byte-level BPE', () => {
  const tokenizer = createTokenizer(byteLevel)

  it.each(corpus.map((text, i) => [text, i] as const))('gives the reference ids of %j', (text, i) => {
    expect(tokenizer.encodeWithSpecials(text)).toEqual(byteLevel.ids[i])
    expect(tokenizer.encode(text)).toEqual(byteLevel.data[i])
  })

  it('reads special tokens in data as ordinary characters, and in templates as what they are', () => {
    const end = tokenizer.encodeTemplate('<|im_end|>')
    expect(end).toEqual([tokenizer.eos])
    expect(tokenizer.encode('<|im_end|>')).not.toContain(tokenizer.eos)
    expect(tokenizer.decode(tokenizer.encode('<|im_end|>'))).toBe('<|im_end|>')
  })

  it('gives any text back, at once and token by token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const ids = tokenizer.encode(text)
        expect(tokenizer.decode(ids)).toBe(text)
        const stream = tokenizer.decodeStream()
        expect(ids.map((id) => stream.push(id)).join('')).toBe(text)
      }),
    )
  })

  it('reads what is no valid text as the replacement character', () => {
    expect(tokenizer.decode(tokenizer.encode('a\ud800b'))).toBe('a\ufffdb')
  })

  it('holds a character back until all its bytes are there', () => {
    const stream = tokenizer.decodeStream()
    const ids = tokenizer.encode('👩')
    expect(ids.length).toBeGreaterThan(1)
    expect(ids.slice(0, -1).map((id) => stream.push(id))).toEqual(ids.slice(0, -1).map(() => ''))
    expect(stream.push(ids.at(-1) ?? 0)).toBe('👩')
  })
})

describe('SentencePiece BPE from GGUF metadata', () => {
  const tokenizer = createTokenizer(tokenizerFromGguf(new Map(Object.entries(sentencePiece.metadata))))

  it.each(corpus.map((text, i) => [text, i] as const).filter(([text]) => !text.includes('\0')))(
    'gives the ids of SentencePiece for %j',
    (text, i) => {
      expect(tokenizer.encode(text)).toEqual(sentencePiece.data[i])
    },
  )

  it('puts BOS in front, and a space before a first word only', () => {
    const word = tokenizer.encode('order')
    expect(tokenizer.addBos).toBe(true)
    expect(tokenizer.encodeWithSpecials('order')).toEqual([tokenizer.bos, ...word])
    expect(tokenizer.decode(word)).toBe('order')
  })

  it('falls back to bytes for what it does not know, and puts them together again', () => {
    const stream = tokenizer.decodeStream()
    const ids = tokenizer.encode('漢 and 😀')
    expect(ids.map((id) => stream.push(id)).join('')).toBe('漢 and 😀')
  })
})

describe('a malformed tokenizer', () => {
  const json = byteLevel.tokenizer

  it.each([
    ['no model', { ...json, model: undefined }],
    ['another algorithm', { ...json, model: { type: 'WordPiece' } }],
    ['no vocabulary', { ...json, model: { ...(json['model'] as object), vocab: [] } }],
    ['an id beyond reason', { ...json, model: { ...(json['model'] as object), vocab: { a: 1e12 } } }],
    ['merges of something else', { ...json, model: { ...(json['model'] as object), merges: [1] } }],
    ['a stage that nobody knows', { ...json, pre_tokenizer: { type: 'Nobody' } }],
    ['an added token without an id', { ...json, added_tokens: [{ content: 'x' }] }],
  ])('is refused: %s', (_, tokenizer) => {
    expect(() => createTokenizer({ tokenizer, config: byteLevel.config })).toThrow(/tokenizer/)
  })

  it('is a typed error or a tokenizer, whatever was changed in it', { timeout: 60_000 }, () => {
    const keys = Object.keys(json)
    const small = {
      ...json,
      model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, '<|im_end|>': 3 }, merges: [['a', 'b']] },
    }
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.json({ maxDepth: 4 }), fc.string(), (key, value, text) => {
        try {
          const changed = { ...small, [key]: JSON.parse(value) as unknown }
          createTokenizer({ tokenizer: changed, config: byteLevel.config }).encode(text)
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^tokens\//) as string })
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is a typed error in GGUF metadata too', () => {
    const entries = Object.entries(sentencePiece.metadata)
    const value = fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()), fc.array(fc.string()), fc.boolean())
    fc.assert(
      fc.property(fc.constantFrom(...entries.map(([key]) => key)), value, (key, changed) => {
        const metadata = new Map<string, unknown>([
          ...entries.map(([name, kept]): [string, unknown] => [name, Array.isArray(kept) ? kept.slice(0, 20) : kept]),
          [key, changed],
        ])
        try {
          createTokenizer(tokenizerFromGguf(metadata)).encode('a b')
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^tokens\//) as string })
        }
      }),
      { numRuns: 500 },
    )
  })
})
