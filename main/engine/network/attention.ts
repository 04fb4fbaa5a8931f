// Grouped-query attention with rotary positions; keys and values of the past stand before the new ones.
import type { Dim, Node } from '../graph/node.ts'
import { add, concat, matmul, reshape, rotary, softmax, transpose } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import type { Block } from './block.ts'
import type { Angles } from './rope.ts'

export interface KeysValues {
  /** [B, kvHeads, length, headDim], keys rotated to their positions. */
  readonly keys: Node
  readonly values: Node
}

interface Seen {
  readonly angles: Angles
  readonly bias: Node
  readonly past: KeysValues | undefined
  readonly span: string | undefined
}

/** x [B, T, H] -> result [B, T, H], and the new tokens' keys and values. */
export function attention(block: Block, x: Node, seen: Seen): { result: Node; present: KeysValues } {
  const { heads, kvHeads, headDim, qkNorm, attentionScale } = block.config
  const { cosines, sines } = seen.angles
  const turned = (name: 'q_proj' | 'k_proj', count: number, norm: string): Node => {
    const split = splitHeads(block.linear(name, x), count, headDim)
    return rotary(byHead(qkNorm ? block.norm(norm, split) : split), cosines, sines)
  }
  const queries = turned('q_proj', heads, 'self_attn.q_norm')
  const present = {
    keys: turned('k_proj', kvHeads, 'self_attn.k_norm'),
    values: byHead(splitHeads(block.linear('v_proj', x), kvHeads, headDim)),
  }
  const { keys, values } = seen.past ? behind(seen.past, present, seen.span) : present

  // The queries of the heads that share a key head lie in one matrix: no key is repeated.
  const [batch, , length] = queries.shape as [Dim, Dim, Dim, Dim]
  const span = dimAt(keys.shape, 2)
  const grouped: Dim = typeof length === 'number' ? (length * heads) / kvHeads : `${length} x group`
  const scores = matmul(reshape(queries, [batch, kvHeads, grouped, headDim]), keys, {
    transB: true,
    alpha: attentionScale,
  })
  const weights = softmax(add(reshape(scores, [batch, heads, length, span]), seen.bias))
  const mixed = matmul(reshape(weights, [batch, kvHeads, grouped, span]), values)
  const joined = transpose(reshape(mixed, [batch, heads, length, headDim]), [0, 2, 1, 3])
  return { result: block.linear('o_proj', reshape(joined, [batch, length, heads * headDim])), present }
}

const splitHeads = (x: Node, count: number, headDim: number): Node =>
  reshape(x, [dimAt(x.shape, 0), dimAt(x.shape, 1), count, headDim])

/** [B, T, heads, D] -> [B, heads, T, D] */
const byHead = (x: Node): Node => transpose(x, [0, 2, 1, 3])

const behind = (past: KeysValues, present: KeysValues, span: string | undefined): KeysValues => ({
  keys: concat([past.keys, present.keys], 2, span),
  values: concat([past.values, present.values], 2, span),
})
