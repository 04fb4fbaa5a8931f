// Derivatives of matrix products, reductions and softmax.
import { expand, matmul, mul, reduceSum, scalar, sub } from '../../graph/ops.ts'
import { sizeAt } from '../../graph/shape.ts'
import { operand, type RuleTable } from './rule.ts'

type Products = 'MatMul' | 'Softmax' | 'ReduceSum' | 'ReduceMean' | 'ReduceMax'

export const productRules: RuleTable<Products> = {
  // The four cases of dA = dY B' and dB = A' dY, with each transposition folded into the next product.
  MatMul: (at, dy, i) => {
    const [a, b] = [operand(at, 0), operand(at, 1)]
    const { transA, transB, alpha } = at.attributes
    if (i === 0)
      return transA ? matmul(b, dy, { transA: transB, transB: true, alpha }) : matmul(dy, b, { transB: !transB, alpha })
    return transB ? matmul(dy, a, { transA: true, transB: transA, alpha }) : matmul(a, dy, { transA: !transA, alpha })
  },
  Softmax: (at, dy) => {
    const weighted = mul(dy, at)
    return sub(weighted, mul(at, reduceSum(weighted)))
  },
  ReduceSum: (at, dy) => expand(dy, operand(at, 0).shape),
  ReduceMean: (at, dy) => {
    const x = operand(at, 0)
    const count = at.attributes.axes.reduce((n, axis) => n * sizeAt(x.shape, axis), 1)
    return expand(mul(dy, scalar(1 / count)), x.shape)
  },
  // Only used to shift a sum of exponentials, where its gradient cancels.
  ReduceMax: 'forward-only',
}
