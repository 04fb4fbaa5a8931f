// The trie of the labels' tokens: which words the model must choose between, and where.
import { studioError } from '../../contract/errors/index.ts'
import type { AnswerToken } from '../method/layout.ts'

/** A place where labels part: after `after` (an index into `context`, -1 = the question's end) come different tokens. */
interface Branching {
  readonly after: number
  /** Indices into `candidates`. */
  readonly children: readonly number[]
}

/** One choice on the way to a label. */
export interface Choice {
  readonly branching: number
  /** Index into `candidates`. */
  readonly child: number
}

export interface LabelTrie {
  /** Token ids that occur as a child of any branching. */
  readonly candidates: readonly number[]
  readonly branchings: readonly Branching[]
  /** Tokens that must be read to reach every branching: shared beginnings stand once. */
  readonly context: readonly AnswerToken[]
  /** For each label its choices, in order. */
  readonly paths: readonly (readonly Choice[])[]
}

interface TrieNode {
  readonly children: Map<number, TrieNode>
}

/** `answers` are the labels' tokens; `end` closes each, so that a label may begin another. */
export function labelTrie(answers: readonly (readonly number[])[], end: number, labels: readonly string[]): LabelTrie {
  const root: TrieNode = { children: new Map() }
  const closed = answers.map((ids) => [...ids, end])
  const seen = new Map<string, number>()
  closed.forEach((ids, label) => {
    const twin = seen.get(ids.join())
    if (twin !== undefined) throw studioError('tuning/same-tokens', labels[twin] ?? '', labels[label] ?? '')
    seen.set(ids.join(), label)
    let at = root
    for (const id of ids) {
      const next = at.children.get(id) ?? { children: new Map() }
      at.children.set(id, next)
      at = next
    }
  })
  const candidates: number[] = []
  const branchings: Branching[] = []
  const context: AnswerToken[] = []
  const branchingOf = new Map<TrieNode, number>()
  const visit = (at: TrieNode, after: number): void => {
    if (at.children.size > 1) {
      branchingOf.set(at, branchings.length)
      branchings.push({ after, children: [...at.children.keys()].map((id) => indexIn(candidates, id)) })
    }
    for (const [id, child] of at.children)
      if (leadsToBranching(child)) visit(child, context.push({ id, parent: after }) - 1)
  }
  visit(root, -1)
  const paths = closed.map((ids) => {
    const choices: Choice[] = []
    let at: TrieNode | undefined = root
    for (const id of ids) {
      const branching = at && branchingOf.get(at)
      if (branching !== undefined) choices.push({ branching, child: candidates.indexOf(id) })
      at = at?.children.get(id)
    }
    return choices
  })
  return { candidates, branchings, context, paths }
}

function leadsToBranching(at: TrieNode): boolean {
  if (at.children.size > 1) return true
  for (const child of at.children.values()) if (leadsToBranching(child)) return true
  return false
}

function indexIn(list: number[], item: number): number {
  const known = list.indexOf(item)
  return known >= 0 ? known : list.push(item) - 1
}

/**
 * log p of every label, from the logits of each branching ([branchings, candidates], row-major): at each branching a
 * softmax over its children only.
 */
export function labelLogProbabilities(trie: LabelTrie, logits: Float32Array): number[] {
  const width = trie.candidates.length
  const normaliser = trie.branchings.map(({ children }, b) => {
    const values = children.map((child) => logits[b * width + child] ?? -Infinity)
    const top = Math.max(...values)
    return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
  })
  return trie.paths.map((path) =>
    path.reduce(
      (sum, { branching, child }) =>
        sum + (logits[branching * width + child] ?? -Infinity) - (normaliser[branching] ?? 0),
      0,
    ),
  )
}
