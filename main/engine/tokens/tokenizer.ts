// The tokenizer: text to ids and back, where what a user typed is never read as one of the model's special tokens.
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { partsOf, type TokenizerParts } from './parts.ts'
import { specialTokens, textEnds, tokenText, turnEnds } from './specials.ts'
import { tokenBytes } from './token-bytes.ts'

export interface Tokenizer {
  /**
   * Ids of data: special tokens that are typed in it are ordinary characters. No BOS. `first` false where the text follows
   * other tokens: some tokenizers put a space before a text's first word.
   */
  encode(text: string, first?: boolean): number[]
  /** Ids of a template's text, whose special tokens are special. No BOS. */
  encodeTemplate(text: string): number[]
  /** Ids as Hugging Face's `tokenizer(text)` gives them: with BOS and EOS where the model adds them. */
  encodeWithSpecials(text: string): number[]
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string
  /** One token's text; as the vocabulary spells it where it has none by itself: a special token, part of a character. */
  spell(id: number): string
  decodeStream(): DecodeStream
  /** The bytes that each token, by its id, adds to a text; undefined for special tokens and ids without a token. */
  bytes(): readonly (Uint8Array | undefined)[]
  /** What the special tokens look like, longest first. */
  readonly specials: readonly string[]
  readonly bos: number | undefined
  readonly eos: number
  /** The token that ends a turn of a chat; `eos` where the model has none of its own. */
  readonly endOfTurn: number
  /** Every token that ends generation. */
  readonly ends: readonly number[]
  /** Whether a text starts with BOS. */
  readonly addBos: boolean
  readonly vocabSize: number
}

type Encode = Tokenizer['encode']

export interface DecodeStream {
  /** The text that this token completes: nothing while a character lacks bytes. */
  push(id: number): string
}

/** Stands before a text that follows other tokens; random, so that nobody types it. */
const mark = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => String.fromCharCode(0xe000 + byte)).join(
  '',
)

/** Errors: 'tokens/damaged', 'tokens/unsupported'. */
export function createTokenizer(files: TokenizerFiles): Tokenizer {
  const parts = partsOf(files)
  const specials = specialTokens(files, parts.added)
  const whole = open(parts.json, files.config)
  const data = openForData(parts, specials, whole, files.config)
  const byContent = new Map(parts.added.map(({ content, id }) => [content, id]))
  const idOf = (content: string): number | undefined => byContent.get(content) ?? ownId(parts.vocab, content)
  const named = (name: string): number | undefined => {
    const content = tokenText(files.config[name])
    return content === undefined ? undefined : idOf(content)
  }
  const found = (contents: readonly string[]): number[] => contents.flatMap((content) => idOf(content) ?? [])
  const vocabSize = 1 + Math.max(largest(parts.vocab), ...parts.added.map(({ id }) => id))
  const stated = files.ends?.filter((id) => id < vocabSize)
  const eos = named('eos_token') ?? stated?.[0] ?? found([...textEnds, ...turnEnds])[0]
  if (eos === undefined) throw studioError('tokens/damaged', 'it has no token that ends a text')
  const endOfTurn = found(turnEnds)[0] ?? eos
  const probe = idsOf(whole, 'a', true)
  const addBos = probe.length > idsOf(whole, 'a').length && probe[0] === named('bos_token')
  const decode = (ids: readonly number[]): string => decodeWith(whole, ids)

  return {
    encode: dataEncoder(data, specials, parts.unknown),
    encodeTemplate: (text) => (text === '' ? [] : idsOf(whole, text)),
    encodeWithSpecials: (text) => idsOf(whole, text, true),
    decode,
    spell: (id) => {
      const text = decode([id])
      return text === '' || text.includes(incomplete) ? (whole.id_to_token(id) ?? '') : text
    },
    decodeStream: () => decodeStream(decode),
    bytes: () => tokenBytes(parts, specials),
    specials: specials.map(({ content }) => content),
    bos: named('bos_token'),
    eos,
    endOfTurn,
    // What the files say; the end that a prompt is tuned to write; and without a word from them, all that look like ends.
    ends: [...new Set([...(stated ?? found([...turnEnds, ...textEnds])), eos, endOfTurn])],
    addBos,
    vocabSize,
  }
}

function idsOf(library: Library, text: string, specials = false): number[] {
  return guarded(() => library.encode(text.toWellFormed(), { add_special_tokens: specials }).ids).map(known)
}

function decodeWith(library: Library, ids: readonly number[]): string {
  // A model's vocabulary may be longer than its tokenizer's.
  const spelled = ids.filter((id) => library.id_to_token(id) !== undefined)
  if (spelled.length === 0) return ''
  return guarded(() => library.decode(spelled, { skip_special_tokens: true, clean_up_tokenization_spaces: false }))
}

/**
 * Encodes data. Where a tokenizer's own merges spell a special token out of plain characters, the text is taken apart
 * behind that token's first character.
 */
function dataEncoder(library: Library, specials: TokenizerParts['added'], unknown: string | undefined): Encode {
  const spellings = new Map(specials.filter(({ content }) => content !== unknown).map((one) => [one.id, one.content]))
  const encode: Encode = (text, first = true) => {
    if (text === '') return []
    const ids = first ? idsOf(library, text) : idsOf(library, mark + text).slice(1)
    const spelled = spellings.get(ids.find((id) => spellings.has(id)) ?? -1)
    if (spelled === undefined) return ids
    const head = String.fromCodePoint(spelled.codePointAt(0) ?? 0)
    const pieces = text
      .split(spelled)
      .join(`${head}${mark}${spelled.slice(head.length)}`)
      .split(mark)
    return pieces.length === 1 ? ids : pieces.flatMap((piece, i) => encode(piece, first && i === 0))
  }
  return encode
}

/** The library gives undefined for what neither vocabulary nor an unknown token covers. */
function known(id: number | undefined): number {
  if (id === undefined) throw studioError('tokens/damaged', 'it has no token for some characters')
  return id
}

const ownId = (vocab: Readonly<Record<string, number>>, content: string): number | undefined =>
  Object.hasOwn(vocab, content) ? vocab[content] : undefined

function largest(vocab: Readonly<Record<string, number>>): number {
  let max = 0
  for (const id of Object.values(vocab)) if (id > max) max = id
  return max
}

/** The same tokenizer with no special token but our mark; it shares the model, which is large. */
function openForData(
  { json }: TokenizerParts,
  specials: TokenizerParts['added'],
  whole: Library,
  config: TokenizerFiles['config'],
): Library {
  const special = new Set(specials.map(({ content }) => content))
  const others = (json['added_tokens'] as { content: string }[]).filter(({ content }) => !special.has(content))
  // The mark's id is never seen: the token is cut off.
  const added_tokens = [...others, { id: 0, content: mark, special: true, normalized: false }]
  const library = open({ ...json, model: { type: 'BPE', vocab: {}, merges: [] }, added_tokens }, config)
  library.model = whole.model
  return library
}

/** Runs library code; what it throws over a malformed tokenizer becomes 'tokens/damaged'. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw studioError('tokens/damaged', error instanceof Error ? error.message : String(error))
  }
}

function open(json: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>): Library {
  try {
    return new Library(json, config)
  } catch (error) {
    throw studioError('tokens/unsupported', error instanceof Error ? error.message : String(error))
  }
}

const incomplete = '\uFFFD'

/** Tokens of one character at most, a byte each; more that spell none are no text, and are shown as they are. */
const maxPending = 8

/** Decodes again from the last complete text on: a token's text may depend on the token before it. */
function decodeStream(decode: (ids: readonly number[]) => string): DecodeStream {
  let window: number[] = []
  let shown = 0
  return {
    push(id) {
      const before = decode(window.slice(0, shown))
      window.push(id)
      const text = decode(window)
      const isPending = text.endsWith(incomplete) || text.length <= before.length
      if (isPending && window.length - shown < maxPending) return ''
      window = window.slice(shown)
      shown = window.length
      return text.slice(before.length)
    },
  }
}
