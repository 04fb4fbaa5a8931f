// log sum exp of all words' logits, a part of the words at a time: neither the logits nor the head as float32 stand whole.
import { isOp, type Node } from '../graph/node.ts'
import {
  add,
  concat,
  constant,
  exp,
  expand,
  log,
  matmul,
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

export interface HeadSum {
  /** [N, 1] */
  readonly sum: Node
  /** What enters each part's sum, for `gradients`: where all logits are many, parts are computed anew instead of kept. */
  readonly entering: readonly Node[]
}

/** table [V, H], a weight; states [N, H]. The result does not depend on `bytes` but for rounding. */
export function headSum(table: Node, states: Node, bytes = partBytes): HeadSum {
  const [words, width, count] = [sizeAt(table.shape, 0), sizeAt(states.shape, 1), sizeAt(states.shape, 0)]
  const widest = isOp(table, 'Compact') ? Math.max(count, width) : count
  const parts = Math.ceil(words / Math.max(1, Math.floor(bytes / 4 / widest)))
  if (parts <= 1) return { sum: logSumExp(matmul(states, table, { transB: true })), entering: [] }
  const size = Math.ceil(words / parts)
  const entering: Node[] = []
  // States and sum travel together, so that each part waits for the one before it.
  let at = concat([states, expand(constant([nothing], [1, 1]), [count, 1])], 1)
  for (let start = 0; start < words; start += size) {
    entering.push(at)
    const [here, before] = [slice(at, 1, 0, width), slice(at, 1, width, width + 1)]
    const rows = rowsOf(table, start, Math.min(start + size, words))
    const part = logSumExp(matmul(here, rows, { transB: true }))
    at = concat([here, logSumExp(concat([before, part], 1))], 1)
  }
  return { sum: slice(at, 1, width, width + 1), entering: 4 * count * words > bytes ? entering : [] }
}

/** The log of a sum of no words, as good as. */
const nothing = -1e9

/** Over the last dim, shifted by the maximum; the shift's own gradient cancels. */
export function logSumExp(x: Node): Node {
  const top = stopGradient(reduceMax(x))
  return add(log(reduceSum(exp(sub(x, top)))), top)
}
