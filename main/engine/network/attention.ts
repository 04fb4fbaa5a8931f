// Grouped-query attention with rotary positions; keys and values of the past stand before the new ones.
import type { Dim, Node } from '../graph/node.ts'
import { add, concat, constant, matmul, mul, reshape, rotary, slice, softmax, transpose } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { Block } from './block.ts'
import type { Angles } from './rope.ts'

export interface KeysValues {
  /** [B, kvHeads, length, headDim], keys rotated to their positions. */
  readonly keys: Node
  readonly values: Node
}

/** Tokens that ask, and what each of them may see. */
export interface Asking {
  readonly angles: Angles
  readonly parts: readonly AskingPart[]
}

interface AskingPart {
  /** Added to the scores, [B or 1, 1, queries, keys]. */
  readonly bias: Node
  /** Which queries and keys these are; undefined = all. */
  readonly of: QueryPart | undefined
}

interface Seen {
  readonly angles: Angles
  /** x of those that ask, where they are not all. */
  readonly asking: Asking & { readonly x?: Node }
  readonly past: KeysValues | undefined
  readonly span: string | undefined
}

/** x [B, T, H] -> result [B, T, H], of those that ask where they are fewer, and all new tokens' keys and values. */
export function attention(block: Block, x: Node, seen: Seen): { result: Node; present: KeysValues } {
  const { heads, kvHeads, headDim, qkNorm } = block.config
  const turned = (from: Node, name: 'q_proj' | 'k_proj', count: number, norm: string, angles: Angles): Node => {
    const split = splitHeads(block.linear(name, from), count, headDim)
    return rotary(byHead(qkNorm ? block.norm(norm, split) : split), angles.cosines, angles.sines)
  }
  const { asking } = seen
  const asked = asking.x ?? x
  const queries = turned(asked, 'q_proj', heads, 'self_attn.q_norm', asking.angles)
  const present = {
    keys: turned(x, 'k_proj', kvHeads, 'self_attn.k_norm', seen.angles),
    values: byHead(splitHeads(block.linear('v_proj', x), kvHeads, headDim)),
  }
  const { keys, values } = seen.past ? behind(seen.past, present, seen.span) : present

  const parts = asking.parts.map(({ bias, of }) => {
    const upTo = (all: Node): Node => (of && of.seen !== dimAt(all.shape, 2) ? slice(all, 2, 0, of.seen) : all)
    const some = of ? slice(queries, 2, of.start, of.end) : queries
    return mix(block.config, some, upTo(keys), upTo(values), bias)
  })
  const mixed = parts.length === 1 ? (parts[0] as Node) : concat(parts, 2)
  const joined = transpose(mixed, [0, 2, 1, 3])
  return {
    result: block.linear('o_proj', reshape(joined, [dimAt(x.shape, 0), dimAt(asked.shape, 1), heads * headDim])),
    present,
  }
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

/** All tokens ask, by their bias [B or 1, 1, T, S]: cut once for all layers. */
export const allAsk = (angles: Angles, bias: Node): Asking => ({
  angles,
  parts: queryParts(dimAt(bias.shape, 2), dimAt(bias.shape, 3)).map((of) => ({
    bias: of ? slice(slice(bias, 2, of.start, of.end), 3, 0, of.seen) : bias,
    of,
  })),
})

/** Only the tokens that `select` [B, slots, T] names ask, by all tokens' bias. */
export function someAsk(angles: Angles, bias: Node, select: Node): Asking {
  // A reshape could not tell two unknown sizes apart.
  const rows = transpose(mul(select, constant([1], [1, 1, 1, 1])), [1, 0, 2, 3])
  return { angles, parts: [{ bias: matmul(rows, bias), of: undefined }] }
}

const splitHeads = (x: Node, count: number, headDim: number): Node =>
  reshape(x, [dimAt(x.shape, 0), dimAt(x.shape, 1), count, headDim])

/** [B, T, heads, D] -> [B, heads, T, D] */
const byHead = (x: Node): Node => transpose(x, [0, 2, 1, 3])

const behind = (past: KeysValues, present: KeysValues, span: string | undefined): KeysValues => ({
  keys: concat([past.keys, present.keys], 2, span),
  values: concat([past.values, present.values], 2, span),
})
