// Grouped-query attention with rotary positions; keys and values of the past stand before the new ones.
import type { Dim, Node } from '../graph/node.ts'
import { add, concat, matmul, reshape, rotary, slice, softmax, transpose } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { Block } from './block.ts'
import type { Angles } from './rope.ts'

export interface KeysValues {
  /** [B, kvHeads, length, headDim], keys rotated to their positions. */
  readonly keys: Node
  readonly values: Node
}

interface Seen {
  readonly angles: Angles
  /** By `queryParts`. */
  readonly bias: readonly Node[]
  readonly past: KeysValues | undefined
  readonly span: string | undefined
}

/** x [B, T, H] -> result [B, T, H], and the new tokens' keys and values. */
export function attention(block: Block, x: Node, seen: Seen): { result: Node; present: KeysValues } {
  const { heads, kvHeads, headDim, qkNorm } = block.config
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

  const length = dimAt(queries.shape, 2)
  const parts = queryParts(length, dimAt(keys.shape, 2)).map((part, i) => {
    const upTo = (x: Node): Node => (part && part.seen !== dimAt(x.shape, 2) ? slice(x, 2, 0, part.seen) : x)
    const asking = part ? slice(queries, 2, part.start, part.end) : queries
    return mix(block.config, asking, upTo(keys), upTo(values), seen.bias[i] as Node)
  })
  const mixed = parts.length === 1 ? (parts[0] as Node) : concat(parts, 2)
  const joined = transpose(mixed, [0, 2, 1, 3])
  return { result: block.linear('o_proj', reshape(joined, [dimAt(x.shape, 0), length, heads * headDim])), present }
}

/** queries [B, heads, T, D], keys and values [B, kvHeads, S, D], bias [B, 1, T, S] -> [B, heads, T, D] */
function mix(config: DecoderConfig, queries: Node, keys: Node, values: Node, bias: Node): Node {
  const { heads, kvHeads, headDim, attentionScale } = config
  // The queries of the heads that share a key head lie in one matrix: no key is repeated.
  const [batch, , length] = queries.shape as [Dim, Dim, Dim, Dim]
  const span = dimAt(keys.shape, 2)
  const grouped: Dim = typeof length === 'number' ? (length * heads) / kvHeads : `${length} x group`
  const scores = matmul(reshape(queries, [batch, kvHeads, grouped, headDim]), keys, {
    transB: true,
    alpha: attentionScale,
  })
  const weights = softmax(add(reshape(scores, [batch, heads, length, span]), bias))
  const mixed = matmul(reshape(weights, [batch, kvHeads, grouped, span]), values)
  return reshape(mixed, [batch, heads, length, headDim])
}

interface QueryPart {
  /** Queries of this part. */
  readonly start: number
  readonly end: number
  /** Keys up to the last one that any of them may see. */
  readonly seen: number
}

/** Long texts gain, short ones would lose more to the pieces: 128 at once took the least time. */
const queriesAtOnce = 128

/**
 * Queries in parts, each of which meets only the keys that stand before its end: half of all pairs of a long text lie
 * in its future. One undefined part, all of them, where they are few or their number is not known.
 */
function queryParts(length: Dim, span: Dim): readonly (QueryPart | undefined)[] {
  if (typeof length !== 'number' || typeof span !== 'number') return [undefined]
  const count = Math.floor(length / queriesAtOnce)
  if (count < 2) return [undefined]
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [Math.round((i * length) / count), Math.round(((i + 1) * length) / count)]
    return { start, end, seen: span - length + end }
  })
}

/** Keys that a query meets on average. */
export function keysMet(length: number, span: number): number {
  const parts = queryParts(length, span).map((part) => part ?? { start: 0, end: length, seen: span })
  return parts.reduce((sum, { start, end, seen }) => sum + (end - start) * seen, 0) / Math.max(1, length)
}

/** A bias [B or 1, 1, T, S] as attention takes it: cut once for all layers. */
export const biasParts = (bias: Node): readonly Node[] =>
  queryParts(dimAt(bias.shape, 2), dimAt(bias.shape, 3)).map((part) =>
    part ? slice(slice(bias, 2, part.start, part.end), 3, 0, part.seen) : bias,
  )

const splitHeads = (x: Node, count: number, headDim: number): Node =>
  reshape(x, [dimAt(x.shape, 0), dimAt(x.shape, 1), count, headDim])

/** [B, T, heads, D] -> [B, heads, T, D] */
const byHead = (x: Node): Node => transpose(x, [0, 2, 1, 3])

const behind = (past: KeysValues, present: KeysValues, span: string | undefined): KeysValues => ({
  keys: concat([past.keys, present.keys], 2, span),
  values: concat([past.values, present.values], 2, span),
})
