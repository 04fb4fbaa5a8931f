// Derivatives of matrix products, reductions and softmax.
import { elements } from '../../../contract/tensor.ts'
import { isOp, type Node } from '../../graph/node.ts'
import { expand, matmul, mul, reduceSum, reshape, scalar, sub } from '../../graph/ops.ts'
import { sizeAt, withDim } from '../../graph/shape.ts'
import { operand, type RuleTable } from './rule.ts'

type Products = 'MatMul' | 'Softmax' | 'ReduceSum' | 'ReduceMean' | 'ReduceMax'

export const productRules: RuleTable<Products> = {
  // The four cases of dA = dY B' and dB = A' dY, with each transposition folded into the next product.
  MatMul: (at, dy, i) => {
    const [a, b] = [operand(at, 0), operand(at, 1)]
    const { transA, transB, alpha } = at.attributes
    if (i === 0)
      return transA ? matmul(b, dy, { transA: transB, transB: true, alpha }) : matmul(dy, b, { transB: !transB, alpha })
    // A weight's gradient is one product over all rows of the batch, not a sum of one product for each.
    const [left, right] = b.shape.length === 2 && !transA ? [flat(a), flat(dy)] : [a, dy]
    return transB
      ? matmul(right, left, { transA: true, transB: transA, alpha })
      : matmul(left, right, { transA: !transA, alpha })
  },
  Softmax: (at, dy) => mul(at, sub(dy, weightedSum(at, dy))),
  ReduceSum: (at, dy) => expand(dy, operand(at, 0).shape),
  ReduceMean: (at, dy) => {
    const x = operand(at, 0)
    const count = at.attributes.axes.reduce((n, axis) => n * sizeAt(x.shape, axis), 1)
    return expand(mul(dy, scalar(1 / count)), x.shape)
  },
  // Only used to shift a sum of exponentials, where its gradient cancels.
  ReduceMax: 'forward-only',
}

/** [.., rows, columns] -> [all rows, columns] */
const flat = (x: Node): Node =>
  x.shape.length === 2
    ? x
    : reshape(x, [elements(x.shape as readonly number[]) / sizeAt(x.shape, -1), sizeAt(x.shape, -1)])

/**
 * The sum of y dy over the last dim. Attention multiplies the weights y by values V, so that dy is dO V': the sum is then
 * that of dO (y V), whose rows are a head wide instead of a text long, and y V is there already (Dao et al. 2022).
 */
function weightedSum(y: Node, dy: Node): Node {
  const product = isOp(dy, 'Reshape') ? operand(dy, 0) : dy
  if (!isOp(product, 'MatMul')) return reduceSum(mul(dy, y))
  const { transA, transB, alpha } = product.attributes
  const [outputGradient, values] = [operand(product, 0), operand(product, 1)]
  if (transA || !transB || alpha !== 1 || product.shape.at(-1) !== y.shape.at(-1)) return reduceSum(mul(dy, y))
  const summed = reduceSum(mul(outputGradient, matmul(reshape(y, product.shape), values)))
  return reshape(summed, withDim(y.shape, y.shape.length - 1, 1))
}
