// Who reads a text and chooses among labels: a tuned prompt, or the base model with a question in words.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { WrittenQuestion } from '../../contract/serving.ts'
import { tokensAtOnce } from '../evaluate/batches.ts'
import { createEncoder, type Encoder, tokenizerOf } from '../evaluate/encode.ts'
import { noPrompt, type PlacedParts } from '../evaluate/label-scores.ts'
import { placedPrompt } from '../evaluate/score.ts'
import { pastOf, type Segments, tailOf } from '../method/layout.ts'
import { taskOf } from '../task/index.ts'
import { place } from '../tokens/frame.ts'
import { defaultSettings } from '../train/defaults.ts'
import { type HeadMajorPast, headMajor } from './past.ts'

export interface Reader {
  readonly encoder: Encoder
  readonly labels: readonly string[]
  /** The text as its task has it. */
  readonly textOf: (text: string, context: string) => string
  readonly placed: PlacedParts
  /**
   * How it may share a reading of the text: `branch`: beside others in one pass; `behind`: over the same keys and values, in
   * passes of its own; `alone`: not at all, since it changes what the text's tokens are.
   */
  readonly sharing: 'branch' | 'behind' | 'alone'
  /** Of a branch: its keys and values. */
  readonly past: HeadMajorPast | undefined
  /** Position of the text's first token; undefined = any. */
  readonly position: number | undefined
  /** Tokens at the end of the question that it acts on. */
  readonly acts: number
  /** Tokens at the end of the question that are no part of the shared text: as many as others act on, or its own words. */
  tail(segments: Segments, shared: number): number
}

/** Error: 'tuning/other-model'. */
export function promptReader(model: PreparedModel, prompt: TunedPrompt): Reader {
  const { settings, labels } = prompt
  const placed = placedPrompt(model, prompt)
  const { past, embeddings, updates = [], weights } = placed.parts
  const changesLess = embeddings === undefined && updates.length === 0 && weights === undefined
  const isBehind = settings.placement === 'after-text'
  return {
    encoder: createEncoder(model, settings, labels),
    labels,
    textOf: taskOf(settings).textOf,
    placed,
    sharing: !isBehind ? 'alone' : changesLess ? 'branch' : 'behind',
    past: past && headMajor(past),
    position: isBehind && past ? pastOf(settings) : undefined,
    acts: isBehind ? tailOf(settings) : 0,
    tail: (_, shared) => shared,
  }
}

/** Tokens of a question in words that stand behind its text's keys and values: one pass has room for its labels besides. */
const LONGEST_TAIL = tokensAtOnce.normal / 2

/** The base model with a question in words about the text, which stands before it. */
export function writtenReader(model: PreparedModel, question: WrittenQuestion): Reader {
  const labels = question.options.map(({ label }) => label)
  const isChat = 'chat_template' in model.tokenizer.config
  const body = `${place}\n\n${wordsOf(model, question)}${isChat ? '' : '\nAnswer:'}`
  const maxTokens = model.config.context
  const template = { kind: isChat ? ('chat' as const) : ('plain' as const), body }
  // A method without virtual tokens: none of its tensors is used.
  const settings = defaultSettings({ method: 'tail-lora', maxTokens, template }, labels)
  return {
    encoder: createEncoder(model, settings, labels),
    labels,
    textOf: taskOf(settings).textOf,
    placed: noPrompt,
    sharing: 'branch',
    past: undefined,
    position: undefined,
    acts: 0,
    // The beginning of a long one is read in pieces like the text before it, though it shares that reading with no other.
    tail: ({ after }) => Math.max(1, Math.min(after.length, LONGEST_TAIL)),
  }
}

/** The question and its options, in which nothing is read as one of the model's special tokens or as the text's place. */
function wordsOf(model: PreparedModel, { instructions, options }: WrittenQuestion): string {
  const described = options.filter(({ description }) => description !== undefined)
  const lines = [
    `Question: ${instructions}`,
    ...described.map(({ label, description }) => `${label}: ${description ?? ''}`),
    `Answer with one of: ${options.map(({ label }) => label).join(', ')}`,
  ]
  const steering = [place, ...tokenizerOf(model).specials]
  return steering.reduce((text, each) => text.replaceAll(each, [...each].join(' ')), lines.join('\n'))
}
