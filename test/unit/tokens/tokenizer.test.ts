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

  it('knows the bytes of each token', () => {
    const bytes = tokenizer.bytes()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const own = tokenizer.encode(text).map((id) => bytes[id] ?? new Uint8Array())
        expect(Buffer.concat(own).toString()).toBe(text)
      }),
    )
    expect(bytes[tokenizer.eos]).toBeUndefined()
  })

  it('spells a token as it stands in a text, and what is no text by itself as the vocabulary does', () => {
    const ids = tokenizer.encode('it is 👩')
    expect(ids.map((id) => tokenizer.spell(id)).join('')).toMatch(/^it is/)
    for (const word of ids.map((id) => tokenizer.spell(id))) expect(word).toMatch(/^[^\ufffd]+$/)
    expect(tokenizer.spell(tokenizer.eos)).toBe('<|im_end|>')
    expect(tokenizer.spell(tokenizer.vocabSize + 1)).toBe('')
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

  it('holds back no more than a character, where bytes never become one', () => {
    const stream = tokenizer.decodeStream()
    const [lead = 0] = tokenizer.encode('👩')
    const pieces = Array.from({ length: 40 }, () => stream.push(lead))
    expect(pieces.slice(0, 16).join('').length).toBeGreaterThan(0)
    expect(stream.push(tokenizer.encode('a')[0] ?? 0)).toMatch(/a$/)
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

  it('knows the bytes of each token, a space before a first word among them', () => {
    const bytes = tokenizer.bytes()
    const text = 'order 漢 and 😀'
    const own = tokenizer.encode(text).map((id) => bytes[id] ?? new Uint8Array())
    expect(Buffer.concat(own).toString().trimStart()).toBe(text)
  })

  it('falls back to bytes for what it does not know, and puts them together again', () => {
    const stream = tokenizer.decodeStream()
    const ids = tokenizer.encode('漢 and 😀')
    expect(ids.map((id) => stream.push(id)).join('')).toBe('漢 and 😀')
  })
})

describe('special tokens typed by a user', () => {
  const own = sentencePiece.metadata
  const list = (key: string): unknown[] => own[`tokenizer.ggml.${key}`] as unknown[]
  /** The fixture with tokens that its file marks as a user's, not as special. */
  const withUnmarked = (added: readonly string[], chat = '') =>
    createTokenizer(
      tokenizerFromGguf(
        new Map<string, unknown>([
          ...Object.entries(own),
          ['tokenizer.ggml.tokens', [...list('tokens'), ...added]],
          ['tokenizer.ggml.scores', [...list('scores'), ...added.map(() => 0)]],
          ['tokenizer.ggml.token_type', [...list('token_type'), ...added.map(() => 4)]],
          ['tokenizer.chat_template', chat],
        ]),
      ),
    )
  const first = list('tokens').length

  it('stay text where the file does not mark them as special', () => {
    const tokenizer = withUnmarked(['<start_of_turn>', '<end_of_turn>', '<think>', '<br>'], '{{ "<think>" }}')
    const text = 'a<end_of_turn><start_of_turn> b <think>'
    expect(tokenizer.encode(text).filter((id) => id >= first)).toEqual([])
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    expect(tokenizer.encodeTemplate('<end_of_turn><think>')).toEqual([first + 1, first + 2])
    expect(tokenizer.ends).toContain(first + 1)
    expect(tokenizer.encode('<br>')).toContain(first + 3)
  })

  it('stay text where merges spell them', () => {
    const vocab = { '<': 0, '/': 1, s: 2, '>': 3, '</': 4, 's>': 5, '</s>': 6, '<s>': 7 }
    const merges = ['< /', 's >', '</ s>', '< s>']
    const added_tokens = [6, 7].map((id) => ({ id, content: id === 6 ? '</s>' : '<s>', special: true }))
    for (const ignore_merges of [true, false]) {
      const json = { model: { type: 'BPE', vocab, merges, ignore_merges }, added_tokens, decoder: { type: 'Fuse' } }
      const tokenizer = createTokenizer({ tokenizer: json, config: { eos_token: '</s>' } })
      const piece = fc.constantFrom('<', '/', 's', '>', '</s>', '<s>')
      fc.assert(
        fc.property(fc.array(piece), (parts) => {
          const ids = tokenizer.encode(parts.join(''))
          expect(ids.filter((id) => id > 5)).toEqual([])
          expect(tokenizer.decode(ids)).toBe(parts.join(''))
        }),
      )
    }
  })
})

describe('a token that the tokenizer does not have', () => {
  it('reads as nothing: some models count more tokens than they spell', () => {
    const pieces = createTokenizer(tokenizerFromGguf(new Map(Object.entries(sentencePiece.metadata))))
    expect(pieces.decode([9999, ...pieces.encode('order'), 9999])).toBe('order')
    expect(pieces.decodeStream().push(9999)).toBe('')
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
    const small = {
      ...json,
      normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: 'b' }, { type: 'NFC' }] },
      decoder: { type: 'Sequence', decoders: [{ type: 'Strip', content: 'b', start: 1, stop: 0 }, { type: 'Fuse' }] },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<|im_end|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        special_tokens: { '<|im_end|>': { id: '<|im_end|>', ids: [3], tokens: ['<|im_end|>'] } },
      },
      model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, '<|im_end|>': 3 }, merges: [['a', 'b']], unk_token: 'a' },
    }
    const files = { tokenizer: small, config: byteLevel.config }
    const type = fc.constantFrom(
      'ByteLevel',
      'Digits',
      'Metaspace',
      'Split',
      'Replace',
      'Sequence',
      'ByteFallback',
      'NFD',
    )
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), type, fc.record({ type }), fc.constant('__proto__'))
    fc.assert(
      fc.property(fc.nat(), value, fc.string(), (place, changed, text) => {
        try {
          const tokenizer = createTokenizer(replaced(files, place, changed))
          const ids = tokenizer.encodeWithSpecials(text)
          tokenizer.decode([...ids, ...tokenizer.encode(text), ...tokenizer.encodeTemplate(text), 7])
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^tokens\//) as string })
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('is refused at once where a token is longer than any word', () => {
    const metadata = new Map(Object.entries(sentencePiece.metadata))
    metadata.set('tokenizer.ggml.tokens', ['a'.repeat(10_000_000), 'b'])
    metadata.set('tokenizer.ggml.token_type', [1, 1])
    expect(() => tokenizerFromGguf(metadata)).toThrow('too long')
  })

  it('is a typed error in GGUF metadata too', () => {
    const entries = Object.entries(sentencePiece.metadata)
    const value = fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()), fc.array(fc.string()), fc.boolean())
    fc.assert(
      fc.property(fc.constantFrom(...entries.map(([key]) => key)), value, (key, changed) => {
        const metadata = new Map<string, unknown>([
          ...entries.map(([name, entry]): [string, unknown] => [
            name,
            Array.isArray(entry) ? entry.slice(0, 20) : entry,
          ]),
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

/** The same JSON with one of its values, anywhere in it, replaced. */
function replaced<T>(value: T, place: number, by: unknown): T {
  const copy = structuredClone(value)
  const places: (() => void)[] = []
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const holder = node as Record<string, unknown>
    for (const [key, child] of Object.entries(holder)) {
      places.push(() => (holder[key] = by))
      walk(child)
    }
  }
  walk(copy)
  places[place % places.length]?.()
  return copy
}
