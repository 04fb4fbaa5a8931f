// The layout of a sequence: where the row's tokens, virtual tokens and answer are, and which tokens parts act on.
import { studioError } from '../../contract/errors/index.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { makesModel, methodOf } from './index.ts'

/** A row's token ids in the order of the template. */
export interface Segments {
  readonly before: readonly number[]
  readonly text: readonly number[]
  readonly after: readonly number[]
}

/** An answer token and the index of the answer token before it; -1 = the end of the question. Several may share a parent. */
export interface AnswerToken {
  readonly id: number
  readonly parent: number
}

export interface Sequence {
  /** Token ids; 0 at virtual tokens. */
  readonly ids: readonly number[]
  /** Index of the first virtual embedding; undefined where the sequence has none. */
  readonly virtualAt: number | undefined
  /** Tokens from this index on attend to past keys and values and get linear updates; Infinity = none does. */
  readonly actsFrom: number
  /** Tokens at its start that no part acts on: their keys and values are the base model's and may be precomputed. */
  readonly constant: number
  /** Index of the last token before the answer: its hidden state predicts the answer's first token. */
  readonly questionEnd: number
  /** The answer's tokens from questionEnd + 1 on. */
  readonly answer: readonly AnswerToken[]
  /**
   * For each of the answer's tokens the past keys that it attends to, as [from, to): where several prompts' stand side by side.
   * Where absent, they follow from `actsFrom`.
   */
  readonly reach?: readonly PastRange[]
}

/** Indices of past keys, [from, to). */
export type PastRange = readonly [from: number, to: number]

export type LayoutSettings = Pick<TuneSettings, 'method' | 'placement' | 'tokens' | 'tail'>

/** Number of past keys and values of a method's prompt: the position of a text's first token. */
export const pastOf = (settings: Pick<LayoutSettings, 'method' | 'tokens'>): number =>
  methodOf(settings).virtual(settings).past

/** Number of tokens at the end of a question that parts of a prompt after the text act on. */
export function tailOf(settings: LayoutSettings): number {
  const { virtual, updates } = methodOf(settings)
  return virtual(settings).past > 0 || updates ? settings.tail : 0
}

/** The sequence of one row; without `settings`, that of no prompt. Error: 'tuning/placement'. */
export function layOut(
  { before, text, after }: Segments,
  answer: readonly AnswerToken[],
  settings: LayoutSettings | undefined,
): Sequence {
  const question = [...before, ...text, ...after]
  const end = (ids: readonly number[]): Pick<Sequence, 'questionEnd' | 'answer' | 'ids'> => ({
    ids: [...ids, ...answer.map(({ id }) => id)],
    questionEnd: ids.length - 1,
    answer,
  })
  if (settings === undefined) return { ...end(question), virtualAt: undefined, actsFrom: Infinity, constant: 0 }
  const { placement, tail } = settings
  const { name, placements, virtual, updates } = methodOf(settings)
  if (!placements.includes(placement)) throw studioError('tuning/placement', name, placement, placements.join(', '))
  const { embeddings, past } = virtual(settings)
  const virtualAt =
    embeddings > 0 ? { start: 0, 'before-text': before.length, 'after-text': question.length }[placement] : undefined
  const tailAt = placement === 'start' ? 0 : Math.max(0, question.length - tail)
  const actsFrom = past > 0 || updates || makesModel(settings) ? tailAt : Infinity
  const constant = Math.min(virtualAt ?? Infinity, actsFrom)
  const gap = new Array<number>(embeddings).fill(0)
  const at = virtualAt ?? 0
  return { ...end([...question.slice(0, at), ...gap, ...question.slice(at)]), virtualAt, actsFrom, constant }
}

/** Depth of an answer token in the trie: 1 for a first token. */
export function depth(answer: readonly AnswerToken[], index: number): number {
  let steps = 1
  for (let at = answer[index]?.parent ?? -1; at >= 0; at = answer[at]?.parent ?? -1) steps++
  return steps
}
