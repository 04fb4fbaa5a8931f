// The trie of the labels' tokens: which words the model must choose between, and where.
import { studioError } from '../../contract/errors/index.ts'
import type { AnswerToken } from '../method/layout.ts'

/** A place where labels part: after `after` (an index into `context`, -1 = the question's end) come different tokens. */
interface TrieNode {
  readonly after: number
  /** Indices into `candidates`. */
  readonly children: readonly number[]
}

/** One choice on the way to a label. */
export interface TrieStep {
  readonly node: number
  /** Index into `candidates`. */
  readonly child: number
}

export interface LabelTrie {
  /** Token ids that occur as a child of any branching. */
  readonly candidates: readonly number[]
  readonly nodes: readonly TrieNode[]
  /** Tokens that must be read to reach every branching: shared beginnings stand once. */
  readonly context: readonly AnswerToken[]
  /** For each label its choices, in order. */
  readonly paths: readonly (readonly TrieStep[])[]
}

interface TokenNode {
  readonly children: Map<number, TokenNode>
}

/** `answers` are the labels' tokens; `end` closes each, so that a label may begin another. */
export function labelTrie(answers: readonly (readonly number[])[], end: number, labels: readonly string[]): LabelTrie {
  const root: TokenNode = { children: new Map() }
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
  const nodes: TrieNode[] = []
  const context: AnswerToken[] = []
  const indexOfNode = new Map<TokenNode, number>()
  const visit = (at: TokenNode, after: number): void => {
    if (at.children.size > 1) {
      indexOfNode.set(at, nodes.length)
      nodes.push({ after, children: [...at.children.keys()].map((id) => indexIn(candidates, id)) })
    }
    for (const [id, child] of at.children) if (leadsToNode(child)) visit(child, context.push({ id, parent: after }) - 1)
  }
  visit(root, -1)
  const paths = closed.map((ids) => {
    const steps: TrieStep[] = []
    let at: TokenNode | undefined = root
    for (const id of ids) {
      const node = at && indexOfNode.get(at)
      if (node !== undefined) steps.push({ node, child: candidates.indexOf(id) })
      at = at?.children.get(id)
    }
    return steps
  })
  return { candidates, nodes, context, paths }
}

function leadsToNode(at: TokenNode): boolean {
  if (at.children.size > 1) return true
  for (const child of at.children.values()) if (leadsToNode(child)) return true
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
  const normaliser = trie.nodes.map(({ children }, b) => {
    const values = children.map((child) => logits[b * width + child] ?? -Infinity)
    const top = Math.max(...values)
    return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
  })
  return trie.paths.map((path) =>
    path.reduce(
      (sum, { node, child }) => sum + (logits[node * width + child] ?? -Infinity) - (normaliser[node] ?? 0),
      0,
    ),
  )
}
