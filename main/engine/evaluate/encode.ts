// Encodes a task's rows as token ids: fills the template and truncates the text to the token limit.
import type { PreparedModel } from '../../contract/model.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { AnswerLimits, Split, TuneSettings } from '../../contract/settings.ts'
import { hasLines } from './answer-end.ts'
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
  /** Tokens of template and text at most. */
  readonly limit: number
  /** Tokens of a whole row at most: the settings' limit, or the model's context where that is less. */
  readonly whole: { readonly tokens: number; readonly isContext: boolean }
}

/** Settings for the model without any prompt: the same template with an empty instruction. */
export const withoutInstruction = (settings: TuneSettings): TuneSettings => ({
  ...settings,
  template: { ...settings.template, instruction: '' },
})

/** Building a tokenizer takes longer than encoding a row, so a process keeps it for all jobs on the same model. */
const tokenizers = new WeakMap<PreparedModel['tokenizer'], Tokenizer>()

export function tokenizerOf({ tokenizer: files }: PreparedModel): Tokenizer {
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
  const { maxTokens } = settings
  const { context } = model.config
  const virtual = countOf(methodOf(settings).virtual(settings))
  const answers = Math.max(maxAnswer + 1, answerBudget(labels.map(answer), trie))
  const whole = { tokens: Math.min(maxTokens, context), isContext: context < maxTokens }
  const limit = whole.tokens - virtual - answers
  const fit = (text: string): ReturnType<typeof fitRow> => {
    const encoded = encodeRow(tokenizer, model.tokenizer, template, text)
    const taken = encoded.before.length + encoded.after.length
    const answersAre = labels.length > 0 ? 'labels' : 'generated'
    if (taken >= limit)
      throw studioError('tuning/no-room', { template: taken, virtual, answers, answersAre, maxTokens, context })
    return fitRow(encoded, limit)
  }
  return { tokenizer, trie, answer, end, limit, whole, fit, row: (text) => fit(text).segments }
}

/** Tokens by which a generated answer may exceed the longest one of the training and validation rows. */
const answerMargin = 8

/** Tokens of an answer for prompts of earlier versions, which did not record their limits. */
const unknownTokens = 128

export const answerLimits = (
  { config }: Pick<PreparedModel, 'config'>,
  { answers, maxTokens }: Pick<TuneSettings, 'answers' | 'maxTokens'>,
): AnswerLimits => answers ?? { tokens: Math.min(unknownTokens, Math.min(maxTokens, config.context) >> 2), lines: true }

/** The settings with the limits of generated answers, taken from the rows that a run may learn from. */
export function withAnswerLimits(
  model: PreparedModel,
  settings: TuneSettings,
  { train, validation }: Pick<Split, 'train' | 'validation'>,
): TuneSettings {
  if (scoresLabels(settings)) return settings
  const tokenizer = tokenizerOf(model)
  const known = [...train, ...validation].map(({ label }) => label)
  const longest = known.reduce(
    (most, label) => Math.max(most, encodeAnswer(tokenizer, settings.template, label).length),
    1,
  )
  return { ...settings, answers: { tokens: answerMargin + longest, lines: known.some(hasLines) } }
}

/** An encoder that reserves tokens for a generated answer. */
export const encoderFor = (model: PreparedModel, settings: TuneSettings, labels: readonly string[]): Encoder =>
  createEncoder(model, settings, labels, scoresLabels(settings) ? 0 : answerLimits(model, settings).tokens)

/** Tokens to reserve for answers: the longest one with its end token, or all branches of the trie side by side. */
const answerBudget = (answers: readonly (readonly number[])[], trie: LabelTrie): number =>
  Math.max(1 + Math.max(...answers.map((ids) => ids.length)), trie.context.length)
