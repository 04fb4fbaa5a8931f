// What a key does among the answered rows.
import { labelOfKey, rowsMoved } from '../../ui/row-keys.ts'

export type AnswerCommand =
  | { readonly name: 'move'; readonly by: number }
  /** An empty answer takes a correction back. */
  | { readonly name: 'correct'; readonly answer: string }
  /** The suggested answer is right. */
  | { readonly name: 'accept' }
  /** The right answer is a label that is not there yet. */
  | { readonly name: 'new' }

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Undefined where a key does nothing. `page`: rows that fit; keys 1 to 9 give `labels`, as in the editor of a data set's rows. */
export function answerCommandOf(
  { key, ctrlKey, metaKey, altKey }: Key,
  page: number,
  labels: readonly string[],
): AnswerCommand | undefined {
  if (ctrlKey || metaKey || altKey) return undefined
  const by = rowsMoved(key, page)
  if (by !== undefined) return { name: 'move', by }
  if (key === '0' || key === 'Delete' || key === 'Backspace') return { name: 'correct', answer: '' }
  if (key === 'Enter') return { name: 'accept' }
  if (key.toLowerCase() === 'n' && labels.length > 0) return { name: 'new' }
  const answer = labelOfKey(key, labels)
  return answer === undefined ? undefined : { name: 'correct', answer }
}
