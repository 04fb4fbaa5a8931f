// Compares the whole embedding table with some rows: cosines, and the norms of the tokens' embeddings.
import type { PreparedModel } from '../../contract/model.ts'
import type { TokenNorms } from '../../contract/inspection.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { input, matmul, mul, reduceSum } from '../graph/ops.ts'
import { integers } from '../method/batch.ts'
import { embed } from '../network/embed.ts'
import { weightsOf } from '../network/weights.ts'
import { createSession } from '../runtime/session.ts'

export interface Vocabulary {
  readonly norms: TokenNorms
  /** The mean embedding [H], multiplied by the architecture's embedding scale. */
  readonly mean: Float32Array
  /** L2 norm of a row. */
  rowNorm(row: number): number
  /** Cosine of a token's embedding to a row; 0 where either norm is 0. */
  cosine(id: number, row: number): number
  /** Ids of the tokens nearest to a row by cosine, the nearest first. */
  nearest(row: number, count: number): number[]
}

/** Tokens whose embeddings one pass computes: a few megabytes. */
const tokensPerBatch = 4096

/**
 * Compares rows [R, H] with the embeddings of token ids 0 to `tokens` - 1, as the prepared model stores them. Holds R + 1
 * numbers for each token.
 */
export async function readVocabulary(
  model: PreparedModel,
  rows: Tensor,
  tokens: number,
  onProgress: (done: number, total: number) => void,
): Promise<Vocabulary> {
  const [count = 0, width = 0] = rows.shape
  const found = embed(model.config, weightsOf(model), input('ids', [1, 'tokens'], 'i64'))
  const session = await createSession(
    {
      outputs: {
        products: matmul(found, input('rows', [1, count, width]), { transB: true }),
        squares: reduceSum(mul(found, found)),
        sum: reduceSum(found, [1]),
      },
    },
    { weightsFolder: model.folder, provider: 'cpu', dialect: 'cpu', threads: 1 },
  )
  const products = new Float32Array(tokens * count)
  const lengths = new Float32Array(tokens)
  const sum = new Float64Array(width)
  try {
    for (let start = 0; start < tokens; start += tokensPerBatch) {
      onProgress(start, tokens)
      const ids = Array.from({ length: Math.min(tokensPerBatch, tokens - start) }, (_, i) => start + i)
      const part = await session.run({
        ids: integers(ids, [1, ids.length]),
        rows: { shape: [1, count, width], data: rows.data },
      })
      products.set(part['products']?.data ?? [], start * count)
      part['squares']?.data.forEach((square, i) => (lengths[start + i] = Math.sqrt(square)))
      part['sum']?.data.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value))
    }
  } finally {
    await session.release()
  }
  onProgress(tokens, tokens)
  const rowLengths = Array.from({ length: count }, (_, row) =>
    Math.hypot(...rows.data.subarray(row * width, (row + 1) * width)),
  )
  const cosine = (id: number, row: number): number => {
    const length = (lengths[id] ?? 0) * (rowLengths[row] ?? 0)
    return length > 0 ? (products[id * count + row] ?? 0) / length : 0
  }
  return {
    norms: normsOf(lengths),
    mean: Float32Array.from(sum, (value) => value / Math.max(1, tokens)),
    rowNorm: (row) => rowLengths[row] ?? 0,
    cosine,
    nearest: (row, count) => largest(tokens, (id) => cosine(id, row), count),
  }
}

function normsOf(lengths: Float32Array): TokenNorms {
  const sorted = lengths.toSorted()
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return {
    mean: lengths.reduce((sum, each) => sum + each, 0) / Math.max(1, lengths.length),
    low: at(0.05),
    high: at(0.95),
  }
}

/** Indices of the k largest of `count` values, the largest first; among equals the lowest index first. */
function largest(count: number, valueOf: (index: number) => number, k: number): number[] {
  const top: { readonly index: number; readonly value: number }[] = []
  for (let index = 0; index < count; index++) {
    const value = valueOf(index)
    if (top.length === k && value <= (top.at(-1)?.value ?? -Infinity)) continue
    const place = top.findIndex((other) => value > other.value)
    top.splice(place < 0 ? top.length : place, 0, { index, value })
    top.length = Math.min(top.length, k)
  }
  return top.map(({ index }) => index)
}
