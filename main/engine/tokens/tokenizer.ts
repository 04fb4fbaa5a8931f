// The tokenizer: text to ids and back, where what a user typed is never read as one of the model's special tokens.
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { partsOf, type TokenizerParts } from './parts.ts'
import { isRecord } from './record.ts'

export interface Tokenizer {
  /**
   * Ids of data: special tokens that stand in it are ordinary characters. No BOS. `first` false where it goes on behind
   * other tokens: some tokenizers put a space before a text's first word.
   */
  encode(text: string, first?: boolean): number[]
  /** Ids of text of our own, whose special tokens are meant. No BOS. */
  encodeTemplate(text: string): number[]
  /** Ids as Hugging Face's `tokenizer(text)` gives them: with BOS and EOS where the model adds them. */
  encodeWithSpecials(text: string): number[]
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string
  decodeStream(): DecodeStream
  /** What the special tokens look like, longest first. */
  readonly specials: readonly string[]
  readonly bos: number | undefined
  readonly eos: number
  /** The token that ends a turn of a chat; `eos` where the model has none of its own. */
  readonly endOfTurn: number
  /** Every token behind which nothing follows. */
  readonly ends: readonly number[]
  /** Whether a text starts with BOS. */
  readonly addBos: boolean
  readonly vocabSize: number
}

export interface DecodeStream {
  /** The text that this token completes: nothing while a character lacks bytes. */
  push(id: number): string
}

/** Stands before a text that goes on behind others; random, so that nobody types it. */
const mark = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => String.fromCharCode(0xe000 + byte)).join(
  '',
)

const turnEnds = ['<|im_end|>', '<end_of_turn>', '<|eot_id|>', '<|end|>']
const textEnds = ['<|endoftext|>', '<|end_of_text|>', '</s>', '<eos>']

/** Errors: 'tokens/damaged', 'tokens/unsupported'. */
export function createTokenizer(files: TokenizerFiles): Tokenizer {
  const parts = partsOf(files)
  const whole = open(parts.json, files.config)
  const data = open(withoutSpecials(parts), files.config)
  const ids = (library: Library, text: string, specials = false): number[] =>
    library.encode(text.toWellFormed(), { add_special_tokens: specials }).ids.map(known)
  const byContent = new Map(parts.added.map(({ content, id }) => [content, id]))
  const idOf = (content: string): number | undefined => byContent.get(content) ?? ownId(parts.vocab, content)
  const named = (name: string): number | undefined => {
    const value = files.config[name]
    const content = isRecord(value) ? value['content'] : value
    return typeof content === 'string' ? idOf(content) : undefined
  }
  const found = (contents: readonly string[]): number[] => contents.flatMap((content) => idOf(content) ?? [])
  const eos = named('eos_token') ?? found([...textEnds, ...turnEnds])[0]
  if (eos === undefined) throw studioError('tokens/damaged', 'it has no token that ends a text')
  const probe = ids(whole, 'a', true)
  const addBos = probe.length > ids(whole, 'a').length && probe[0] === named('bos_token')
  const decode = (some: readonly number[]): string =>
    some.length === 0 ? '' : whole.decode([...some], { skip_special_tokens: true, clean_up_tokenization_spaces: false })

  return {
    encode: (text, first = true) => {
      if (text === '') return []
      return first ? ids(data, text) : ids(data, mark + text).slice(1)
    },
    encodeTemplate: (text) => (text === '' ? [] : ids(whole, text)),
    encodeWithSpecials: (text) => ids(whole, text, true),
    decode,
    decodeStream: () => decodeStream(decode),
    specials: parts.added
      .filter(isSpecial)
      .map(({ content }) => content)
      .sort((a, b) => b.length - a.length),
    bos: named('bos_token'),
    eos,
    endOfTurn: found(turnEnds)[0] ?? eos,
    ends: [...new Set([eos, ...found([...turnEnds, ...textEnds])])],
    addBos,
    vocabSize: 1 + Math.max(largest(parts.vocab), ...parts.added.map(({ id }) => id)),
  }
}

/** The library gives undefined for what neither vocabulary nor an unknown token covers. */
function known(id: number | undefined): number {
  if (id === undefined) throw studioError('tokens/damaged', 'it has no token for some characters')
  return id
}

const ownId = (vocab: Readonly<Record<string, number>>, content: string): number | undefined =>
  Object.hasOwn(vocab, content) ? vocab[content] : undefined

function largest(vocab: Readonly<Record<string, number>>): number {
  let most = 0
  for (const id of Object.values(vocab)) if (id > most) most = id
  return most
}

/** Tokens that steer the model. Some files do not mark theirs as special, but spell them like it. */
const isSpecial = ({ special, content }: TokenizerParts['added'][number]): boolean =>
  special || /^<\|.*\|>$/s.test(content)

/** The same tokenizer with no special token but our mark. */
function withoutSpecials({ json, added }: TokenizerParts): Record<string, unknown> {
  const special = new Set(added.filter(isSpecial).map(({ content }) => content))
  const kept = (json['added_tokens'] as { content: string }[]).filter(({ content }) => !special.has(content))
  // The id is never seen: the token is cut off.
  return { ...json, added_tokens: [...kept, { id: 0, content: mark, special: true, normalized: false }] }
}

function open(json: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>): Library {
  try {
    return new Library(json, config)
  } catch (error) {
    throw studioError('tokens/unsupported', error instanceof Error ? error.message : String(error))
  }
}

const incomplete = '\uFFFD'

/** Decodes again from the last whole word on: what a token looks like may depend on the one before it. */
function decodeStream(decode: (ids: readonly number[]) => string): DecodeStream {
  let window: number[] = []
  let shown = 0
  return {
    push(id) {
      const before = decode(window.slice(0, shown))
      window.push(id)
      const text = decode(window)
      if (text.endsWith(incomplete) || text.length <= before.length) return ''
      window = window.slice(shown)
      shown = window.length
      return text.slice(before.length)
    },
  }
}
