// log sum exp of all words' logits, a part of the words at a time: neither the logits nor the head as float32 stand whole.
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
} from '../graph/ops.ts'
import { sizeAt } from '../graph/shape.ts'

/** Bytes that a part's logits take at most, and a part of a compact head as float32. */
const partBytes = 8 << 20

/**
 * table [V, H], a weight; states [N, H] -> [N, 1]. In parts it brings its own gradient, the mean of the head's rows by their
 * words' shares: gathered beside the sum as attention gathers values (Dao et al. 2022), so that each part is read once and
 * nothing of it is kept. The result does not depend on `bytes` but for rounding.
 */
export function headSum(table: Node, states: Node, bytes = partBytes): Node {
  const [words, width, count] = [sizeAt(table.shape, 0), sizeAt(states.shape, 1), sizeAt(states.shape, 0)]
  const widest = isOp(table, 'Quantised') ? Math.max(count, width) : count
  const parts = Math.ceil(words / Math.max(1, Math.floor(bytes / 4 / widest)))
  if (parts <= 1) return logSumExp(matmul(states, table, { transB: true }))
  const size = Math.ceil(words / parts)
  const filled = (value: number, columns: number): Node => expand(constant([value], [1, 1]), [count, columns])
  // What is known so far travels as one node, so that each part waits for the one before it.
  let at = concat([stopGradient(states), filled(nothing, 1), filled(0, 1 + width)], 1)
  const apart = () => ({
    here: slice(at, 1, 0, width),
    top: slice(at, 1, width, width + 1),
    total: slice(at, 1, width + 1, width + 2),
    mean: slice(at, 1, width + 2, 2 * width + 2),
  })
  for (let start = 0; start < words; start += size) {
    const { here, top, total, mean } = apart()
    const rows = float(rowsOf(table, start, Math.min(start + size, words)), here)
    const logits = matmul(here, rows, { transB: true })
    const highest = reduceMax(concat([top, reduceMax(logits)], 1))
    const [shrunk, shares] = [exp(sub(top, highest)), exp(sub(logits, highest))]
    const sums = add(mul(total, shrunk), reduceSum(shares))
    at = concat([here, highest, sums, add(mul(mean, shrunk), matmul(shares, rows))], 1)
  }
  const { top, total, mean } = apart()
  const through = reduceSum(mul(states, stopGradient(div(mean, total))))
  return add(through, stopGradient(sub(add(log(total), top), through)))
}

/** The log of a sum of no words, as good as. */
const nothing = -1e9

/** Over the last dim, shifted by the maximum; the shift's own gradient cancels. */
export function logSumExp(x: Node): Node {
  const top = stopGradient(reduceMax(x))
  return add(log(reduceSum(exp(sub(x, top)))), top)
}
