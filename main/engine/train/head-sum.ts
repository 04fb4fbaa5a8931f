// log sum exp of the logits in chunks of the vocabulary: neither all logits nor a float32 head are ever in memory.
import { isOp, type Node } from '../graph/node.ts'
import {
  add,
  concat,
  constant,
  div,
  exp,
  expand,
  float,
  log,
  matmul,
  mul,
  reduceMax,
  reduceSum,
  rowsOf,
  slice,
  stopGradient,
  sub,
  withGradient,
} from '../graph/ops.ts'
import { sizeAt } from '../graph/shape.ts'

/** Bytes that a chunk's logits take at most, and a chunk of a quantised head as float32. */
const chunkBytes = 8 << 20

/**
 * table [V, H], a weight or an input; states [N, H] -> [N, 1]. With several chunks the graph also accumulates the gradient
 * with respect to `states`, the mean of the head's rows weighted by the softmax, in the same online softmax (as attention
 * accumulates values in Dao et al. 2022): that gradient needs no chunk again. A table that is an input comes in as its chunks
 * (`rowsOf`), each with its own gradient. `bytes` changes the result by rounding only.
 */
export function headSum(table: Node, states: Node, bytes = chunkBytes): Node {
  const [vocab, width, count] = [sizeAt(table.shape, 0), sizeAt(states.shape, 1), sizeAt(states.shape, 0)]
  const widest = isOp(table, 'Quantised') ? Math.max(count, width) : count
  const chunks = Math.ceil(vocab / Math.max(1, Math.floor(bytes / 4 / widest)))
  if (chunks <= 1) return logSumExp(matmul(states, table, { transB: true }))
  const size = Math.ceil(vocab / chunks)
  const parts = Array.from({ length: Math.ceil(vocab / size) }, (_, i) =>
    rowsOf(table, i * size, Math.min((i + 1) * size, vocab)),
  )
  const filled = (value: number, columns: number): Node => expand(constant([value], [1, 1]), [count, columns])
  // The accumulators pass from chunk to chunk as one node, so that no chunk is computed before the one before it is done.
  let carried = concat([states, filled(lowest, 1), filled(0, 1 + width)], 1)
  const unpacked = () => ({
    hidden: slice(carried, 1, 0, width),
    top: slice(carried, 1, width, width + 1),
    total: slice(carried, 1, width + 1, width + 2),
    mean: slice(carried, 1, width + 2, 2 * width + 2),
  })
  for (const part of parts) {
    const { hidden, top, total, mean } = unpacked()
    const rows = float(part, hidden)
    const logits = matmul(hidden, rows, { transB: true })
    const highest = reduceMax(concat([top, reduceMax(logits)], 1))
    const [rescale, weights] = [exp(sub(top, highest)), exp(sub(logits, highest))]
    const sums = add(mul(total, rescale), reduceSum(weights))
    carried = concat([hidden, highest, sums, add(mul(mean, rescale), matmul(weights, rows))], 1)
  }
  const { top, total, mean } = unpacked()
  const result = add(log(total), top)
  const trained = isOp(table, 'Input') ? parts : []
  return withGradient(result, [states, ...trained], (dy, i) => {
    const rows = trained[i - 1]
    return rows ? rowsGradient(rows, states, result, dy) : mul(dy, div(mean, total))
  })
}

/** The gradient of a chunk [rows, H], from its logits computed a second time: one chunk's are in memory at once. */
function rowsGradient(rows: Node, states: Node, result: Node, dy: Node): Node {
  const softmax = exp(sub(matmul(states, rows, { transB: true }), result))
  return matmul(mul(softmax, dy), states, { transA: true })
}

/** Initial maximum of the online softmax, below every logit. */
const lowest = -1e9

/** log sum exp over the last dim, shifted by the maximum for stability; the shift's gradient cancels. */
export function logSumExp(x: Node): Node {
  const top = stopGradient(reduceMax(x))
  return add(log(reduceSum(exp(sub(x, top)))), top)
}
