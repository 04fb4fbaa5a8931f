// Grouped-query attention with rotary positions; past keys and values precede the new ones.
import type { Dim, Node } from '../graph/node.ts'
import { add, concat, constant, matmul, mul, reshape, rotary, slice, softmax, transpose } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { Block } from './block.ts'
import type { Angles } from './rope.ts'

export interface KeyValues {
  /** [B, kvHeads, length, headDim], keys rotated to their positions. */
  readonly keys: Node
  readonly values: Node
}

/** The rotary angles and the attention masks of the queries. */
export interface Queries {
  readonly angles: Angles
  readonly blocks: readonly QueryBlock[]
}

interface QueryBlock {
  /** Added to the scores, [B or 1, 1, queries, keys]. */
  readonly bias: Node
  /** The range of queries and keys that this block holds; undefined = all. */
  readonly of: QueryRange | undefined
}

interface AttentionInputs {
  readonly angles: Angles
  /** The queries, with the layer's view for them, and their x [B, slots, H] where only some tokens are queries. */
  readonly queryInputs: Queries & { readonly x?: Node; readonly block: Block }
  readonly past: KeyValues | undefined
  readonly span: string | undefined
}

/**
 * x [B, T, H] -> result [B, T, H], or [B, slots, H] where only some tokens are queries; `present`: keys and values of all T
 * tokens.
 */
export function attention(block: Block, x: Node, inputs: AttentionInputs): { result: Node; present: KeyValues } {
  const { heads, kvHeads, headDim, qkNorm } = block.config
  const rotated = (projected: Node, count: number, norm: string, angles: Angles): Node => {
    const split = splitHeads(projected, count, headDim)
    return rotary(byHead(qkNorm ? block.norm(norm, split) : split), angles.cosines, angles.sines)
  }
  const { queryInputs } = inputs
  const from = queryInputs.x ?? x
  const queries = rotated(queryInputs.block.linear('q_proj', from), heads, 'self_attn.q_norm', queryInputs.angles)
  const present = {
    keys: rotated(block.linear('k_proj', x), kvHeads, 'self_attn.k_norm', inputs.angles),
    values: byHead(splitHeads(block.linear('v_proj', x), kvHeads, headDim)),
  }
  const { keys, values } = inputs.past ? appended(inputs.past, present, inputs.span) : present

  const blocks = queryInputs.blocks.map(({ bias, of }) => {
    const upTo = (all: Node): Node => (of && of.keyEnd !== dimAt(all.shape, 2) ? slice(all, 2, 0, of.keyEnd) : all)
    const some = of ? slice(queries, 2, of.start, of.end) : queries
    return mix(block.config, some, upTo(keys), upTo(values), bias)
  })
  const mixed = blocks.length === 1 ? (blocks[0] as Node) : concat(blocks, 2)
  const joined = transpose(mixed, [0, 2, 1, 3])
  return {
    result: queryInputs.block.linear(
      'o_proj',
      reshape(joined, [dimAt(x.shape, 0), dimAt(from.shape, 1), heads * headDim]),
    ),
    present,
  }
}

/** queries [B, heads, T, D], keys and values [B, kvHeads, S, D], bias [B, 1, T, S] -> [B, heads, T, D] */
function mix(config: DecoderConfig, queries: Node, keys: Node, values: Node, bias: Node): Node {
  const { heads, kvHeads, headDim, attentionScale } = config
  // The queries of all heads that share a key head form one matrix, so that keys need not be repeated.
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

interface QueryRange {
  /** First query, and the end of the range. */
  readonly start: number
  readonly end: number
  /** End of the keys that the causal mask leaves to any of these queries. */
  readonly keyEnd: number
}

/** Blocks skip masked pairs of long texts, but cost short ones more than they save: 128 queries took the least time. */
const queriesPerBlock = 128

/**
 * Splits the queries into blocks whose keys end with the block: the causal mask hides half of all pairs of a long text.
 * One undefined block, for all queries, where they are few or their number is symbolic.
 */
function queryRanges(length: Dim, span: Dim): readonly (QueryRange | undefined)[] {
  if (typeof length !== 'number' || typeof span !== 'number') return [undefined]
  const count = Math.floor(length / queriesPerBlock)
  if (count < 2) return [undefined]
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [Math.round((i * length) / count), Math.round(((i + 1) * length) / count)]
    return { start, end, keyEnd: span - length + end }
  })
}

/** Keys for which a query's scores are computed, on average over all queries. */
export function meanAttendedKeys(length: number, span: number): number {
  const blocks = queryRanges(length, span).map((range) => range ?? { start: 0, end: length, keyEnd: span })
  return blocks.reduce((sum, { start, end, keyEnd }) => sum + (end - start) * keyEnd, 0) / Math.max(1, length)
}

/** All tokens are queries, masked by the bias [B or 1, 1, T, S], which is sliced once for all layers. */
export const allQueries = (angles: Angles, bias: Node): Queries => ({
  angles,
  blocks: queryRanges(dimAt(bias.shape, 2), dimAt(bias.shape, 3)).map((of) => ({
    bias: of ? slice(slice(bias, 2, of.start, of.end), 3, 0, of.keyEnd) : bias,
    of,
  })),
})

/** Only the tokens that `select` [B, slots, T] names are queries; `bias` is that of all tokens. */
export function selectedQueries(angles: Angles, bias: Node, select: Node): Queries {
  // A reshape cannot infer two symbolic sizes, so broadcasting adds the dim.
  const rows = transpose(mul(select, constant([1], [1, 1, 1, 1])), [1, 0, 2, 3])
  return { angles, blocks: [{ bias: matmul(rows, bias), of: undefined }] }
}

const splitHeads = (x: Node, count: number, headDim: number): Node =>
  reshape(x, [dimAt(x.shape, 0), dimAt(x.shape, 1), count, headDim])

/** [B, T, heads, D] -> [B, heads, T, D] */
const byHead = (x: Node): Node => transpose(x, [0, 2, 1, 3])

const appended = (past: KeyValues, present: KeyValues, span: string | undefined): KeyValues => ({
  keys: concat([past.keys, present.keys], 2, span),
  values: concat([past.values, present.values], 2, span),
})
