// The whole embedding table beside some rows: how near each word is to each of them, and how long the words are.
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
  /** The average word [H], scaled as the network reads words. */
  readonly mean: Float32Array
  /** L2 norm of a row. */
  rowNorm(row: number): number
  /** Cosine of a word to a row; 0 where either has no length. */
  cosine(id: number, row: number): number
  /** Ids of the words nearest to a row by cosine, the nearest first. */
  nearest(row: number, count: number): number[]
}

/** Words that are looked at at once: a few megabytes. */
const tokensPerBatch = 4096

/**
 * Compares rows [R, H] with the words 0 to `words`, in the form in which the model is kept. Holds R numbers for each
 * word.
 */
export async function readVocabulary(
  model: PreparedModel,
  rows: Tensor,
  tokens: number,
  onProgress: (done: number, total: number) => void,
): Promise<Vocabulary> {
  const [count = 0, width = 0] = rows.shape
  const found = embed(model.config, weightsOf(model), input('ids', [1, 'words'], 'i64'))
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
    nearest: (row, wanted) => largest(tokens, (id) => cosine(id, row), wanted),
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

/** The indices of the largest values, the largest first; of equals the first. */
function largest(count: number, value: (index: number) => number, wanted: number): number[] {
  const kept: { readonly index: number; readonly value: number }[] = []
  for (let index = 0; index < count; index++) {
    const mine = value(index)
    if (kept.length === wanted && mine <= (kept.at(-1)?.value ?? -Infinity)) continue
    const place = kept.findIndex((other) => mine > other.value)
    kept.splice(place < 0 ? kept.length : place, 0, { index, value: mine })
    kept.length = Math.min(kept.length, wanted)
  }
  return kept.map(({ index }) => index)
}
