// The trie of the labels' tokens: at which nodes the labels branch, and into which tokens.
import { studioError } from '../../contract/errors/index.ts'
import type { AnswerToken } from '../method/layout.ts'

/** A node with several children: labels continue with different tokens here. */
interface TrieNode {
  /** Index into `context` of the token before the node; -1 = the end of the question. */
  readonly after: number
  /** The children's tokens, as indices into `candidates`. */
  readonly children: readonly number[]
}

/** A node on the path to a label, and the child that the label takes. */
export interface TrieStep {
  readonly node: number
  /** Index into `candidates`. */
  readonly child: number
}

export interface LabelTrie {
  /** Token ids of the children of all nodes, each once. */
  readonly candidates: readonly number[]
  readonly nodes: readonly TrieNode[]
  /** Tokens on the paths to all nodes: the forward pass computes each once, though labels share it. */
  readonly context: readonly AnswerToken[]
  /** For each label the nodes on its path, from the root on. */
  readonly paths: readonly (readonly TrieStep[])[]
}

interface TokenNode {
  readonly children: Map<number, TokenNode>
}

/**
 * The trie of `answers`, the token ids of `labels`. The token `end` closes each, so that one label may be a prefix of
 * another. Error: 'tuning/same-tokens'.
 */
export function labelTrie(answers: readonly (readonly number[])[], end: number, labels: readonly string[]): LabelTrie {
  const root: TokenNode = { children: new Map() }
  const closed = answers.map((ids) => [...ids, end])
  const labelOfTokens = new Map<string, number>()
  closed.forEach((ids, label) => {
    const twin = labelOfTokens.get(ids.join())
    if (twin !== undefined) throw studioError('tuning/same-tokens', labels[twin] ?? '', labels[label] ?? '')
    labelOfTokens.set(ids.join(), label)
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
 * log p of every label, from the logits at each node ([nodes, candidates], row-major): the sum over its path of the log
 * softmax over each node's children.
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
