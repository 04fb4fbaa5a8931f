// Branches of one text: several prompts' last tokens and labels stand side by side behind the text, which is read once.
import type { LabelTrie } from '../evaluate/trie.ts'
import type { AnswerToken, PastRange, Sequence } from '../method/layout.ts'
import type { HeadMajorPast } from './past.ts'

/** What one prompt, or one written question, makes of a text. */
export interface Branch {
  /** Token ids between the text and the answer, one at least: the last one predicts the answer's first token. */
  readonly tokens: readonly number[]
  /** The prompt's keys and values; undefined = none. */
  readonly past: HeadMajorPast | undefined
  /** Index in `tokens` of the first one that attends to them. */
  readonly actsFrom: number
  readonly trie: LabelTrie
}

/** A text with its branches, as one row of a forward pass. */
export interface Tree {
  /** The text and, as its answer, all the branches' tokens: each attends to the text and to its own branch alone. */
  readonly sequence: Sequence
  /** For each branch, the indices of the tokens whose logits its trie needs. */
  readonly targets: readonly (readonly number[])[]
  /** The branches' pasts, each once, and the key from which it stands. */
  readonly pasts: ReadonlyMap<HeadMajorPast, number>
}

/** `text`: ids whose keys and values are cached. */
export function treeOf(text: readonly number[], branches: readonly Branch[]): Tree {
  const answer: AnswerToken[] = []
  const reach: PastRange[] = []
  const pasts = new Map<HeadMajorPast, number>()
  const targets = branches.map(({ tokens, past, actsFrom, trie }) => {
    const own = rangeOf(pasts, past)
    tokens.forEach((id, i) => {
      reach.push(i >= actsFrom ? own : nowhere)
      answer.push({ id, parent: i === 0 ? -1 : answer.length - 1 })
    })
    const end = answer.length - 1
    for (const { id, parent } of trie.context) {
      reach.push(own)
      answer.push({ id, parent: end + 1 + parent })
    }
    return trie.nodes.map(({ after }) => text.length + end + 1 + after)
  })
  const ids = [...text, ...answer.map(({ id }) => id)]
  const laidOut = { ids, virtualAt: undefined, actsFrom: Infinity, constant: text.length, questionEnd: text.length - 1 }
  return { sequence: { ...laidOut, answer, reach }, targets, pasts }
}

const nowhere: PastRange = [0, 0]

/** Where a past stands behind those that are there; it joins them where it is new. */
function rangeOf(pasts: Map<HeadMajorPast, number>, past: HeadMajorPast | undefined): PastRange {
  if (!past) return nowhere
  const from = pasts.get(past) ?? lengthOf(pasts)
  pasts.set(past, from)
  return [from, from + past.tokens]
}

/** Keys of all the pasts. */
export const lengthOf = (pasts: Tree['pasts']): number => [...pasts.keys()].reduce((sum, { tokens }) => sum + tokens, 0)
