// A tokenizer out of GGUF metadata, in Hugging Face's form: byte-level BPE, and SentencePiece BPE with byte fallback.
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { metaspace, splitters } from './splitters.ts'

type Metadata = ReadonlyMap<string, unknown>

/** GGUF's kinds of tokens (llama.cpp's llama_token_type). */
const kinds = { unknown: 2, control: 3, userDefined: 4, byte: 6 } as const

/** Kinds of tokens that are no result of a merge. */
const apart: ReadonlySet<number> = new Set([kinds.unknown, kinds.control, kinds.byte])

interface Vocabulary {
  readonly tokens: readonly string[]
  readonly kindOf: (id: number) => number
}

/** Errors: 'tokens/damaged', 'tokens/unsupported'. */
export function tokenizerFromGguf(metadata: Metadata): TokenizerFiles {
  const model = metadata.get('tokenizer.ggml.model')
  if (model === undefined || model === 'no_vocab' || model === 'none') throw studioError('tokens/none')
  if (model !== 'gpt2' && model !== 'llama') throw studioError('tokens/unsupported', `the algorithm "${String(model)}"`)
  const tokens = strings(metadata, 'tokenizer.ggml.tokens')
  const types = numbers(metadata, 'tokenizer.ggml.token_type')
  const vocabulary: Vocabulary = { tokens, kindOf: (id) => types[id] ?? 1 }
  const tokenAt = (key: string): string | undefined => {
    const id = metadata.get(`tokenizer.ggml.${key}_token_id`)
    return typeof id === 'number' || typeof id === 'bigint' ? tokens[Number(id)] : undefined
  }
  const [bos, eos, unknown] = [tokenAt('bos'), tokenAt('eos'), tokenAt('unknown')]
  const made =
    model === 'gpt2' ? byteLevel(metadata, vocabulary) : sentencePiece(metadata, vocabulary, unknown ?? '<unk>')
  const addBos = flag(metadata, 'add_bos_token') ?? made.addBos
  const addEos = flag(metadata, 'add_eos_token') ?? false
  const chat = templatesOf(metadata)
  const ends = endsOf(metadata, tokens.length)
  return {
    tokenizer: {
      ...made.parts,
      added_tokens: addedTokens(vocabulary),
      post_processor: wrapping(tokens, addBos ? bos : undefined, addEos ? eos : undefined),
    },
    config: {
      ...(bos === undefined ? {} : { bos_token: bos }),
      ...(eos === undefined ? {} : { eos_token: eos }),
      ...(unknown === undefined ? {} : { unk_token: unknown }),
      ...(chat === undefined ? {} : { chat_template: chat }),
    },
    ...(ends.length === 0 ? {} : { ends }),
  }
}

/** The template, or several by their names where the file has more than one. */
function templatesOf(metadata: Metadata): string | { readonly name: string; readonly template: string }[] | undefined {
  const main = metadata.get('tokenizer.chat_template')
  const start = 'tokenizer.chat_template.'
  const named = [...metadata].flatMap(([key, template]) =>
    key.startsWith(start) && typeof template === 'string' ? [{ name: key.slice(start.length), template }] : [],
  )
  if (typeof main !== 'string') return named.length === 0 ? undefined : named
  return named.length === 0 ? main : [{ name: 'default', template: main }, ...named]
}

/** Ids that end a text, a turn or a message; a list of its own where a file has one. */
function endsOf(metadata: Metadata, tokens: number): number[] {
  const stated = ['eos_token_id', 'eot_token_id', 'eom_token_id', 'eos_token_ids'].map((key) =>
    metadata.get(`tokenizer.ggml.${key}`),
  )
  const ids = stated.flat().map((id) => (typeof id === 'bigint' ? Number(id) : id))
  return [...new Set(ids.filter((id): id is number => typeof id === 'number' && id >= 0 && id < tokens))]
}

interface Made {
  readonly parts: Readonly<Record<'normalizer' | 'pre_tokenizer' | 'model' | 'decoder', unknown>>
  /** Whether such tokenizers put BOS in front where the file does not say. */
  readonly addBos: boolean
}

function byteLevel(metadata: Metadata, { tokens }: Vocabulary): Made {
  const name = metadata.get('tokenizer.ggml.pre')
  if (name === undefined) throw studioError('tokens/no-splitting')
  const splitter = Object.hasOwn(splitters, String(name)) ? splitters[String(name)] : undefined
  if (splitter === undefined)
    throw studioError('tokens/unsupported', `the way of splitting text named "${String(name)}"`)
  const { normalizer, preTokenizer, ignoreMerges, addBos } = splitter
  return {
    parts: {
      normalizer,
      pre_tokenizer: preTokenizer,
      model: { type: 'BPE', vocab: idsByToken(tokens), merges: mergesOf(metadata), ignore_merges: ignoreMerges },
      decoder: { type: 'ByteLevel' },
    },
    addBos,
  }
}

/** A merge is two tokens with a space between them; neither contains one, since bytes are spelled with other characters. */
const mergesOf = (metadata: Metadata): [string, string][] =>
  strings(metadata, 'tokenizer.ggml.merges').map((merge) => {
    const at = merge.indexOf(' ', 1)
    if (at < 0) throw studioError('tokens/damaged', 'a merge does not name two tokens')
    return [merge.slice(0, at), merge.slice(at + 1)]
  })

function sentencePiece(metadata: Metadata, vocabulary: Vocabulary, unknown: string): Made {
  const leading = flag(metadata, 'add_space_prefix') ?? true
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: metaspace }
  const prepend = { type: 'Prepend', prepend: metaspace }
  const back = [
    { type: 'Replace', pattern: { String: metaspace }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ]
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 }
  return {
    parts: {
      normalizer: leading ? { type: 'Sequence', normalizers: [prepend, spaces] } : spaces,
      pre_tokenizer: null,
      model: {
        type: 'BPE',
        vocab: idsByToken(vocabulary.tokens),
        merges: mergesFromScores(vocabulary, numbers(metadata, 'tokenizer.ggml.scores')),
        unk_token: unknown,
        fuse_unk: true,
        byte_fallback: true,
      },
      decoder: { type: 'Sequence', decoders: leading ? [...back, strip] : back },
    },
    addBos: true,
  }
}

/** Characters of a token at most, far beyond any vocabulary's: the ways to split a token are looked up one by one. */
const maxTokenLength = 4096

/**
 * SentencePiece joins the neighbours whose joint token scores best; as merges, every way to make each token, the best
 * score first. Ties go to the longer left part, as in Hugging Face's conversion of the same vocabularies.
 */
function mergesFromScores({ tokens, kindOf }: Vocabulary, scores: readonly number[]): [string, string][] {
  const known = new Set(tokens.filter((_, id) => !apart.has(kindOf(id))))
  const merges: { readonly pair: [string, string]; readonly score: number }[] = []
  tokens.forEach((token, id) => {
    if (apart.has(kindOf(id))) return
    if (token.length > maxTokenLength) throw studioError('tokens/damaged', 'one of its tokens is too long')
    const characters = Array.from(token)
    for (let at = 1, left = ''; at < characters.length; at++) {
      left += characters[at - 1] ?? ''
      const right = token.slice(left.length)
      if (known.has(left) && known.has(right)) merges.push({ pair: [left, right], score: scores[id] ?? 0 })
    }
  })
  return merges
    .sort((a, b) => b.score - a.score || b.pair[0].length - a.pair[0].length || b.pair[1].length - a.pair[1].length)
    .map(({ pair }) => pair)
}

const idsByToken = (tokens: readonly string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]))

const addedTokens = ({ tokens, kindOf }: Vocabulary): object[] =>
  tokens.flatMap((content, id) => {
    const kind = kindOf(id)
    if (content === '' || (kind !== kinds.control && kind !== kinds.userDefined)) return []
    return [{ id, content, special: kind === kinds.control, normalized: false }]
  })

/** A post-processor that puts BOS before and EOS behind a text. */
function wrapping(tokens: readonly string[], bos: string | undefined, eos: string | undefined): object | null {
  if (bos === undefined && eos === undefined) return null
  const special = (token: string | undefined) =>
    token === undefined ? [] : [{ SpecialToken: { id: token, type_id: 0 } }]
  const used = [bos, eos].filter((token) => token !== undefined)
  return {
    type: 'TemplateProcessing',
    single: [...special(bos), { Sequence: { id: 'A', type_id: 0 } }, ...special(eos)],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: Object.fromEntries(
      used.map((token) => [token, { id: token, ids: [tokens.indexOf(token)], tokens: [token] }]),
    ),
  }
}

function flag(metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(`tokenizer.ggml.${key}`)
  return typeof value === 'boolean' ? value : undefined
}

function strings(metadata: Metadata, key: string): readonly string[] {
  const value = metadata.get(key)
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string'))
    throw studioError('tokens/damaged', `${key} is missing or malformed`)
  return value
}

/** Empty where the file has none. */
function numbers(metadata: Metadata, key: string): readonly number[] {
  const value = metadata.get(key) ?? []
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'number'))
    throw studioError('tokens/damaged', `${key} is malformed`)
  return value
}
