// Where everything stands in a sequence: the row's tokens, the virtual tokens, the answer, and who sees whom.
import { studioError } from '../../contract/errors/index.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { methods } from './index.ts'

/** A row's token ids in the order of the template. */
export interface Segments {
  readonly before: readonly number[]
  readonly text: readonly number[]
  readonly after: readonly number[]
}

/** An answer token and the answer token before it; -1 = the end of the question. Several may follow the same one. */
export interface AnswerToken {
  readonly id: number
  readonly parent: number
}

export interface Sequence {
  /** Token ids; 0 where a virtual token stands. */
  readonly ids: readonly number[]
  /** Index of the first virtual row; undefined where none stands among the tokens. */
  readonly virtualAt: number | undefined
  /** Tokens from this index on see the past's virtual tokens; Infinity = none does. */
  readonly seesPastFrom: number
  /** Tokens at its start that no virtual token can change: their keys and values may be read once for all. */
  readonly constant: number
  /** Index of the last token before the answer: its hidden state predicts the answer's first token. */
  readonly questionEnd: number
  /** The answer's tokens from questionEnd + 1 on. */
  readonly answer: readonly AnswerToken[]
}

export type LayoutSettings = Pick<TuneSettings, 'method' | 'placement' | 'tokens' | 'tail'>

/** Positions that virtual keys and values take before a text. */
export const pastOf = ({ method, tokens }: Pick<LayoutSettings, 'method' | 'tokens'>): number =>
  methods[method].kind === 'past' ? tokens : 0

/** The sequence of one row. `settings` undefined = no virtual tokens at all. */
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
  if (settings === undefined) return { ...end(question), virtualAt: undefined, seesPastFrom: Infinity, constant: 0 }
  const { method, placement, tokens, tail } = settings
  const { placements } = methods[method]
  if (!placements.includes(placement)) throw studioError('tuning/placement', method, placement, placements.join(', '))
  if (methods[method].kind === 'past') {
    const seesPastFrom = placement === 'start' ? 0 : Math.max(0, question.length - tail)
    return { ...end(question), virtualAt: undefined, seesPastFrom, constant: seesPastFrom }
  }
  const virtualAt = { start: 0, 'before-text': before.length, 'after-text': question.length }[placement]
  const gap = new Array<number>(tokens).fill(0)
  const ids = [...question.slice(0, virtualAt), ...gap, ...question.slice(virtualAt)]
  return { ...end(ids), virtualAt, seesPastFrom: Infinity, constant: virtualAt }
}

/** Steps from the question's end to an answer token: 1 for a first one. */
export function depth(answer: readonly AnswerToken[], index: number): number {
  let steps = 1
  for (let at = answer[index]?.parent ?? -1; at >= 0; at = answer[at]?.parent ?? -1) steps++
  return steps
}
