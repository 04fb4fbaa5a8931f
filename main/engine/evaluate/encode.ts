// Rows of a task as token ids: the template filled, the text cut to what fits.
import type { PreparedModel } from '../../contract/model.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { type LabelTrie, labelTrie } from './trie.ts'
import { methodOf } from '../method/index.ts'
import type { Segments } from '../method/layout.ts'
import { countOf } from '../method/virtual.ts'
import { isChosen } from '../task/index.ts'
import { encodeAnswer, encodeRow, endOfAnswer, fitRow } from '../tokens/template.ts'
import { createTokenizer, type Tokenizer } from '../tokens/tokenizer.ts'

export interface Encoder {
  readonly tokenizer: Tokenizer
  /** The labels' trie; indices are the labels'. */
  readonly trie: LabelTrie
  row(text: string): Segments
  /** The same, and how many tokens of the text were cut. Error: 'tuning/no-room'. */
  fit(text: string): { readonly segments: Segments; readonly cut: number }
  answer(label: string): readonly number[]
  /** The token that ends an answer. */
  readonly end: number
}

/** The settings of a model that is told nothing: the same template with an empty instruction. */
export const withoutInstruction = (settings: TuneSettings): TuneSettings => ({
  ...settings,
  template: { ...settings.template, instruction: '' },
})

/** Building one takes longer than encoding a row, and a process that stays reads many with the same. */
const tokenizers = new WeakMap<PreparedModel['tokenizer'], Tokenizer>()

function tokenizerOf({ tokenizer: files }: PreparedModel): Tokenizer {
  const tokenizer = tokenizers.get(files) ?? createTokenizer(files)
  tokenizers.set(files, tokenizer)
  return tokenizer
}

/** An encoder for one task. `written`: tokens that are left free for an answer that is written. */
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

/** Tokens that a written answer may be longer than the longest right one. */
const answerMargin = 8

/** An encoder that leaves room for the answers to some rows; `most`: tokens of one that is written. */
export function encoderFor(
  model: PreparedModel,
  settings: TuneSettings,
  labels: readonly string[],
  rows: readonly Example[],
): { readonly encoder: Encoder; readonly maxAnswer: number } {
  const encoder = createEncoder(model, settings, labels)
  if (isChosen(settings)) return { encoder, maxAnswer: 0 }
  const maxAnswer =
    answerMargin + rows.reduce((longest, { label }) => Math.max(longest, encoder.answer(label).length), 1)
  return { encoder: createEncoder(model, settings, labels, maxAnswer), maxAnswer }
}

/** The longest answer with its end, or all branches side by side. */
const answerBudget = (answers: readonly (readonly number[])[], trie: LabelTrie): number =>
  Math.max(1 + Math.max(...answers.map((ids) => ids.length)), trie.context.length)
