// How byte-level tokenizers split text into pre-tokens, by the name that GGUF files give it (llama.cpp's llama-vocab.cpp).

interface Splitter {
  readonly normalizer: object | null
  readonly preTokenizer: object
  /** Whether a pre-token that is in the vocabulary is taken whole. */
  readonly ignoreMerges: boolean
  /** Whether a text starts with BOS where the file does not say. */
  readonly addBos: boolean
}

/** SentencePiece's character for a space. */
export const metaspace = '\u2581'

/** GPT-2's pre-tokens: what byte-level tokenizers without an expression of their own split text into. */
export const gpt2Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+`

const byteLevel = (useRegex: boolean): object => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
})

type Part = Readonly<Record<string, unknown>>

export const sequence = (...pretokenizers: object[]): Part => ({ type: 'Sequence', pretokenizers })

/** Every match of an expression stands alone, and so does what lies between them. */
export const splitBy = (regex: string): Part => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior: 'Isolated',
  invert: false,
})

/** The expression of OpenAI's cl100k; Llama 3 and Qwen differ only in how many digits make a pre-token. */
const modern = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

const gpt2: Splitter = { normalizer: null, preTokenizer: byteLevel(true), ignoreMerges: false, addBos: false }

const llama3: Splitter = {
  normalizer: null,
  preTokenizer: sequence(splitBy(modern('\\p{N}{1,3}')), byteLevel(false)),
  ignoreMerges: true,
  addBos: true,
}

const qwen2: Splitter = {
  normalizer: { type: 'NFC' },
  preTokenizer: sequence(splitBy(modern('\\p{N}')), byteLevel(false)),
  ignoreMerges: false,
  addBos: false,
}

const smollm: Splitter = {
  ...gpt2,
  preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)),
}

/** Mistral's: pre-tokens also end where small letters are followed by capital ones. */
const tekken: Splitter = {
  normalizer: null,
  preTokenizer: sequence(
    splitBy(
      `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    ),
    byteLevel(false),
  ),
  ignoreMerges: true,
  addBos: true,
}

/** What llama.cpp does for files that name no pre-tokenizer, or are older than the names. */
const fallback: Splitter = {
  ...gpt2,
  preTokenizer: sequence(
    splitBy('[\\p{P}\\$\\+<=>\\^~\\|]+'),
    splitBy(gpt2Pattern),
    splitBy('\\p{N}+'),
    splitBy('[0-9][0-9][0-9]'),
    byteLevel(false),
  ),
}

export const splitters: Readonly<Partial<Record<string, Splitter>>> = {
  default: fallback,
  'gpt-2': gpt2,
  olmo: gpt2,
  'llama-bpe': llama3,
  'llama-v3': llama3,
  llama3,
  falcon3: llama3,
  qwen2,
  'deepseek-r1-qwen': qwen2,
  smollm,
  starcoder: smollm,
  refact: smollm,
  tekken,
}
