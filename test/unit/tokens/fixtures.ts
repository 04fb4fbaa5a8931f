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
}

export const sentencePiece = read('sentence-piece') as {
  readonly metadata: Record<string, unknown>
  readonly data: readonly number[][]
}
