// What is asked of a model that is being served, and what it answers.
import type { SamplingSettings } from './sampling.ts'

/** A question in words about a text, which the base model answers by itself with one of some options. */
export interface WrittenQuestion {
  readonly instructions: string
  readonly options: readonly { readonly label: string; readonly description?: string | undefined }[]
}

/** Who answers: a tuned prompt that the process has been given under a key, or the base model. */
export type ServedQuestion =
  { readonly by: 'prompt'; readonly key: string } | ({ readonly by: 'written' } & WrittenQuestion)

/** Questions about one text, which is read once for all that can share it. */
export interface ServedAsk {
  readonly text: string
  /** '' where there is none. */
  readonly context: string
  readonly questions: readonly ServedQuestion[]
}

export interface ServedChoice {
  /** log p of each label, in the order of the prompt's labels or the question's options. */
  readonly logProbabilities: readonly number[]
  /** Tokens at the text's end that were not read, because it was too long. */
  readonly cut: number
}

export interface TokenUsage {
  /** Tokens of the text, each reading of it once, and of the questions. */
  readonly input: number
  /** Those of them whose keys and values were known from an earlier request. */
  readonly cached: number
}

export interface ServedAnswer {
  /** In the order of the questions. */
  readonly choices: readonly ServedChoice[]
  readonly usage: TokenUsage
}

/** Why a text ends. */
export type WritingEnd = 'end token' | 'stop string' | 'limit' | 'context' | 'cancelled'

export interface ScoredToken {
  /** As the vocabulary spells it where it has no text by itself. */
  readonly text: string
  readonly logProbability: number
}

/** A token that was chosen, and the likeliest in its place. */
export interface WrittenToken extends ScoredToken {
  readonly likeliest: readonly ScoredToken[]
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface Conversation {
  readonly messages: readonly ChatMessage[]
  /** Whether a model that can think before it answers does so; false where absent. */
  readonly thinking?: boolean
}

/** What is to be written: a text goes on, or a conversation gets its answer. */
export interface ServedWriting {
  /** The key of a tuned prompt, which reads the text in its own template; undefined = the base model. */
  readonly key: string | undefined
  readonly input: { readonly text: string } | Conversation
  readonly sampling: SamplingSettings
  /** How many of the likeliest tokens are told beside each; undefined = no token's probability is. */
  readonly likeliest?: number | undefined
}

/** A piece of a text that is being written. */
export interface WrittenPiece {
  readonly text: string
  /** Tokens that were chosen since the last piece; empty where nobody asked for them. */
  readonly tokens: readonly WrittenToken[]
}

export interface ServedText {
  readonly end: WritingEnd
  readonly usage: { readonly input: number; readonly output: number }
}

/** A request to the local API, as its log shows it. What was asked or answered is not in it. */
export interface RequestLine {
  readonly at: string
  readonly method: string
  readonly path: string
  /** The status of the answer; 499 where the one who asked has left before it was whole. */
  readonly status: number
  readonly milliseconds: number
  /** Prompts or models that answered. */
  readonly by: readonly string[]
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number }
  /** The name of the key. */
  readonly key?: string
  /** Why the server could not answer. */
  readonly error?: string
}
