// The small tokenizers of fixtures/tokens and what the reference libraries said of the corpus.
import { readFileSync } from 'node:fs'

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/tokens/${name}.json`, import.meta.url), 'utf8'))

export const corpus = read('corpus') as readonly string[]

export const byteLevel = read('byte-level') as {
  readonly tokenizer: Record<string, unknown>
  readonly config: Record<string, unknown>
  /** As the tokenizer reads it, special tokens and all. */
  readonly ids: readonly number[][]
  /** With special tokens split into characters. */
  readonly data: readonly number[][]
  readonly chats: readonly [withSystem: string, without: string]
  /** The same with each way of splitting, by GGUF's name of it. */
  readonly splitters: Readonly<Record<string, readonly number[][]>>
}

export const sentencePiece = read('sentence-piece') as {
  readonly metadata: Record<string, unknown>
  readonly data: readonly number[][]
}

/** One SentencePiece vocabulary in the forms that tokenizer.json files give it. */
export const metaspace = read('metaspace') as {
  readonly tokenizer: Record<string, unknown>
  readonly forms: Readonly<
    Record<
      string,
      {
        readonly normalizer: unknown
        readonly pre_tokenizer: unknown
        /** Where they are not `data` with BOS in front. */
        readonly ids: Readonly<Record<number, readonly number[]>>
        readonly data: readonly number[][]
      }
    >
  >
}

/** Rows through chat templates, as transformers' apply_chat_template gives them. */
export const chats = read('chats') as readonly {
  readonly name: string
  readonly template: string
  readonly instruction: string
  readonly text: string
  readonly ids: readonly number[]
}[]
