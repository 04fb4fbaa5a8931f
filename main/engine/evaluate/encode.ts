// Encodes a task's rows as token ids: fills the template and truncates the text to the token limit.
import type { PreparedModel } from '../../contract/model.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { type LabelTrie, labelTrie } from './trie.ts'
import { methodOf } from '../method/index.ts'
import type { Segments } from '../method/layout.ts'
import { countOf } from '../method/virtual.ts'
import { scoresLabels } from '../task/index.ts'
import { encodeAnswer, encodeRow, endOfAnswer, fitRow } from '../tokens/template.ts'
import { createTokenizer, type Tokenizer } from '../tokens/tokenizer.ts'

export interface Encoder {
  readonly tokenizer: Tokenizer
  /** The trie of the labels' tokens; its paths are in the order of the labels. */
  readonly trie: LabelTrie
  /** A row's token ids, truncated to the limit. Error: 'tuning/no-room' where the template alone exceeds it. */
  row(text: string): Segments
  /** As `row`, with the number of tokens that the text lost. */
  fit(text: string): { readonly segments: Segments; readonly truncated: number }
  /** Token ids of an answer, without its end token. */
  answer(label: string): readonly number[]
  /** The token that ends an answer. */
  readonly end: number
}

/** Settings for the model without any prompt: the same template with an empty instruction. */
export const withoutInstruction = (settings: TuneSettings): TuneSettings => ({
  ...settings,
  template: { ...settings.template, instruction: '' },
})

/** Building a tokenizer takes longer than encoding a row, so a process keeps it for all jobs on the same model. */
const tokenizers = new WeakMap<PreparedModel['tokenizer'], Tokenizer>()

function tokenizerOf({ tokenizer: files }: PreparedModel): Tokenizer {
  const tokenizer = tokenizers.get(files) ?? createTokenizer(files)
  tokenizers.set(files, tokenizer)
  return tokenizer
}

/** An encoder for one task. `maxAnswer`: tokens to reserve for a generated answer; 0 where labels are scored. */
export function createEncoder(
  model: PreparedModel,
  settings: TuneSettings,
  labels: readonly string[],
  maxAnswer = 0,
): Encoder {
  const tokenizer = tokenizerOf(model)
  const { template } = settings
  const answer = (label: string): readonly number[] => encodeAnswer(tokenizer, template, label)
  const end = endOfAnswer(tokenizer, template)
  const trie = labelTrie(labels.map(answer), end, labels)
  const budget =
    Math.min(settings.maxTokens, model.config.context) -
    countOf(methodOf(settings).virtual(settings)) -
    Math.max(maxAnswer + 1, answerBudget(labels.map(answer), trie))
  const fit = (text: string): ReturnType<typeof fitRow> => {
    const encoded = encodeRow(tokenizer, model.tokenizer, template, text)
    if (encoded.before.length + encoded.after.length >= budget) throw studioError('tuning/no-room', settings.maxTokens)
    return fitRow(encoded, budget)
  }
  return { tokenizer, trie, answer, end, fit, row: (text) => fit(text).segments }
}

/** Tokens by which a generated answer may exceed the longest right one. */
const answerMargin = 8

/** An encoder that reserves tokens for the answers to these rows; `maxAnswer`: the limit of a generated answer. */
export function encoderFor(
  model: PreparedModel,
  settings: TuneSettings,
  labels: readonly string[],
  rows: readonly Example[],
): { readonly encoder: Encoder; readonly maxAnswer: number } {
  const encoder = createEncoder(model, settings, labels)
  if (scoresLabels(settings)) return { encoder, maxAnswer: 0 }
  const maxAnswer =
    answerMargin + rows.reduce((longest, { label }) => Math.max(longest, encoder.answer(label).length), 1)
  return { encoder: createEncoder(model, settings, labels, maxAnswer), maxAnswer }
}

/** Tokens to reserve for answers: the longest one with its end token, or all branches of the trie side by side. */
const answerBudget = (answers: readonly (readonly number[])[], trie: LabelTrie): number =>
  Math.max(1 + Math.max(...answers.map((ids) => ids.length)), trie.context.length)
