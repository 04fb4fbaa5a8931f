// Derivatives of the elementwise ops. Each recomputes what it needs from the inputs: cheaper than keeping it.
import { add, cos, div, mul, neg, scalar, sigmoid, sin, sub, tanh } from '../../graph/ops.ts'
import { operand, type RuleTable } from './rule.ts'

type Elementwise =
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Neg'
  | 'Exp'
  | 'Log'
  | 'Tanh'
  | 'Sqrt'
  | 'Reciprocal'
  | 'Relu'
  | 'Sigmoid'
  | 'Silu'
  | 'Gelu'
  | 'Cos'
  | 'Sin'

const one = scalar(1)
const half = scalar(0.5)

export const elementwiseRules: RuleTable<Elementwise> = {
  Add: (_, dy) => dy,
  Sub: (_, dy, i) => (i === 0 ? dy : neg(dy)),
  Mul: (at, dy, i) => mul(dy, operand(at, 1 - i)),
  Div: (at, dy, i) => (i === 0 ? div(dy, operand(at, 1)) : neg(div(mul(dy, at), operand(at, 1)))),
  Neg: (_, dy) => neg(dy),
  Exp: (at, dy) => mul(dy, at),
  Log: (at, dy) => div(dy, operand(at, 0)),
  Tanh: (at, dy) => mul(dy, sub(one, mul(at, at))),
  Sqrt: (at, dy) => div(mul(dy, half), at),
  Reciprocal: (at, dy) => neg(mul(dy, mul(at, at))),
  // y / (y + tiny) is one where y is above zero, and zero elsewhere.
  Relu: (at, dy) => mul(dy, div(at, add(at, scalar(1e-30)))),
  Sigmoid: (at, dy) => mul(dy, mul(at, sub(one, at))),
  // s (1 + x (1 - s)) = y + s (1 - y) with s = sigmoid(x): y is held anyway, as a factor of the gated product
  Silu: (at, dy) => mul(dy, add(at, mul(sigmoid(operand(at, 0)), sub(one, at)))),
  // 0.5 (1 + t) + 0.5 x (1 - t^2) u' with t = tanh(u), u = c (x + 0.044715 x^3)
  Gelu: (at, dy) => {
    const x = operand(at, 0)
    const c = Math.sqrt(2 / Math.PI)
    const square = mul(x, x)
    const t = tanh(mul(mul(x, scalar(c)), add(one, mul(square, scalar(0.044715)))))
    const inner = mul(scalar(c), add(one, mul(square, scalar(3 * 0.044715))))
    const derivative = add(add(one, t), mul(mul(x, sub(one, mul(t, t))), inner))
    return mul(dy, mul(half, derivative))
  },
  Cos: (at, dy) => neg(mul(dy, sin(operand(at, 0)))),
  Sin: (at, dy) => mul(dy, cos(operand(at, 0))),
}
