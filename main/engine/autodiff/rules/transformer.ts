// Derivatives of the ops that only transformers have.
import { studioError } from '../../../contract/errors/index.ts'
import { mul, neg, reduceMean, rmsInverse, rotary, scalar, sub } from '../../graph/ops.ts'
import { sizeAt } from '../../graph/shape.ts'
import { operand, type RuleTable } from './rule.ts'

type Transformer = 'RmsNorm' | 'RmsInverse' | 'Rotary'

export const transformerRules: RuleTable<Transformer> = {
  // With r = 1/rms(x) and n = x r: dx = r (g - n mean(g n)), g = dy gamma; dgamma = dy n.
  RmsNorm: (at, dy, i) => {
    const [x, gamma] = [operand(at, 0), operand(at, 1)]
    const r = rmsInverse(x, at.attributes.eps)
    const n = mul(x, r)
    if (i === 1) return mul(dy, n)
    const g = mul(dy, gamma)
    return mul(r, sub(g, mul(n, reduceMean(mul(g, n)))))
  },
  // d/dx (mean(x^2) + eps)^(-1/2) = -x r^3 / width; dy is constant along the row.
  RmsInverse: (at, dy) => {
    const x = operand(at, 0)
    const cube = mul(at, mul(at, at))
    return mul(mul(dy, cube), mul(x, scalar(-1 / sizeAt(x.shape, -1))))
  },
  // A rotation's inverse is the rotation back.
  Rotary: (at, dy, i) => {
    if (i !== 0) throw studioError('graph/forward-only', 'the angles of Rotary')
    return rotary(dy, operand(at, 1), neg(operand(at, 2)))
  },
}
