// Test helper: what every op means, in float64 and as slowly as its definition reads. Total over the ops.
import { elements } from '../../../main/contract/tensor.ts'
import type { Node, Op } from '../../../main/engine/graph/node.ts'

export interface Values {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** One element of the result, from the operands and its index. */
type Definition<K extends Op> = (at: Node<K>, inputs: readonly Values[], index: readonly number[]) => number

/** The result of a node over given operands. */
export function meaning(node: Node, inputs: readonly Values[]): Values {
  const shape = node.shape as readonly number[]
  const define = definitions[node.op] as Definition<Op> | 'leaf'
  // Some constructors answer with their input where there is nothing to do.
  if (define === 'leaf') return inputs[0] ?? none
  return { shape, data: indices(shape).map((index) => define(node, inputs, index)) }
}

const indices = (shape: readonly number[]): number[][] =>
  Array.from({ length: elements(shape) }, (_, flat) => unflatten(shape, flat))

function unflatten(shape: readonly number[], flat: number): number[] {
  const index = new Array<number>(shape.length)
  for (let i = shape.length - 1, rest = flat; i >= 0; i--) {
    const dim = shape[i] ?? 1
    index[i] = rest % dim
    rest = Math.floor(rest / dim)
  }
  return index
}

const flatten = (shape: readonly number[], index: readonly number[]): number =>
  shape.reduce((flat, dim, i) => flat * dim + (index[i] ?? NaN), 0)

/** An element by an index of the broadcast shape: dims align from the right, a 1 stretches. */
const pick = ({ shape, data }: Values, index: readonly number[]): number => {
  const aligned = shape.map((dim, i) => (dim === 1 ? 0 : (index[index.length - shape.length + i] ?? NaN)))
  return data[flatten(shape, aligned)] ?? NaN
}

const elementwise =
  (f: (...x: number[]) => number): Definition<Op> =>
  (_, inputs, index) =>
    f(...inputs.map((input) => pick(input, index)))

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const rowOf = (x: Values, index: readonly number[]): number[] =>
  Array.from({ length: x.shape.at(-1) ?? 1 }, (_, i) => pick(x, index.with(-1, i)))
const rmsOf = (x: Values, index: readonly number[], eps: number): number => {
  const row = rowOf(x, index)
  return 1 / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length + eps)
}
const reduced =
  (fold: (values: number[]) => number): Definition<'ReduceSum' | 'ReduceMean' | 'ReduceMax'> =>
  (at, [x = none], index) => {
    const { axes } = at.attributes
    const over = indices(axes.map((axis) => x.shape[axis] ?? 1))
    return fold(
      over.map((place) =>
        pick(
          x,
          axes.reduce<number[]>((full, axis, i) => full.with(axis, place[i] ?? 0), [...index]),
        ),
      ),
    )
  }
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const none: Values = { shape: [], data: [] }

const definitions: { readonly [K in Op]: Definition<K> | 'leaf' } = {
  Input: 'leaf',
  Weight: 'leaf',
  Quantised: 'leaf',
  Constant: 'leaf',
  Add: elementwise((a = NaN, b = NaN) => a + b),
  Sub: elementwise((a = NaN, b = NaN) => a - b),
  Mul: elementwise((a = NaN, b = NaN) => a * b),
  Div: elementwise((a = NaN, b = NaN) => a / b),
  Neg: elementwise((x = NaN) => -x),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Tanh: elementwise(Math.tanh),
  Sqrt: elementwise(Math.sqrt),
  Reciprocal: elementwise((x = NaN) => 1 / x),
  Relu: elementwise((x = NaN) => Math.max(x, 0)),
  Sigmoid: elementwise(sigmoid),
  Silu: elementwise((x = NaN) => x * sigmoid(x)),
  Gelu: elementwise((x = NaN) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  Cos: elementwise(Math.cos),
  Sin: elementwise(Math.sin),
  MatMul: (at, [a = none, b = none], index) => {
    const { transA, transB, alpha } = at.attributes
    const [batch, row = 0, column = 0] = [index.slice(0, -2), index.at(-2), index.at(-1)]
    const inner = a.shape.at(transA ? -2 : -1) ?? 0
    const terms = Array.from({ length: inner }, (_, k) => {
      const left = pick(a, [...batch, ...(transA ? [k, row] : [row, k])])
      return left * pick(b, [...batch, ...(transB ? [column, k] : [k, column])])
    })
    return alpha * sum(terms)
  },
  Softmax: (_, [x = none], index) => Math.exp(pick(x, index)) / sum(rowOf(x, index).map(Math.exp)),
  ReduceSum: reduced(sum),
  ReduceMean: reduced((values) => sum(values) / values.length),
  ReduceMax: reduced((values) => Math.max(...values)),
  RmsNorm: (at, [x = none, gamma = none], index) =>
    pick(x, index) * rmsOf(x, index, at.attributes.eps) * pick(gamma, index),
  RmsInverse: (at, [x = none], index) => rmsOf(x, index, at.attributes.eps),
  Rotary: (_, [x = none, cosines = none, sines = none], index) => {
    const half = (x.shape.at(-1) ?? 0) / 2
    const last = index.at(-1) ?? 0
    const angle = index.with(-1, last % half)
    const other = pick(x, index.with(-1, (last + half) % (2 * half)))
    return pick(x, index) * pick(cosines, angle) + (last < half ? -other : other) * pick(sines, angle)
  },
  Reshape: (at, [x = none], index) => x.data[flatten(at.shape as number[], index)] ?? NaN,
  Transpose: (at, [x = none], index) => {
    const from = [...index]
    at.attributes.perm.forEach((axis, i) => (from[axis] = index[i] ?? 0))
    return pick(x, from)
  },
  Concat: (at, inputs, index) => {
    const { axis } = at.attributes
    let place = index[axis] ?? 0
    for (const part of inputs) {
      const length = part.shape[axis] ?? 0
      if (place < length) return part.data[flatten(part.shape, index.with(axis, place))] ?? NaN
      place -= length
    }
    return NaN
  },
  Slice: (at, [x = none], index) => {
    const { axis, start } = at.attributes
    return x.data[flatten(x.shape, index.with(axis, (index[axis] ?? 0) + start))] ?? NaN
  },
  Pad: (at, [x = none], index) => {
    const { axis, before } = at.attributes
    const place = (index[axis] ?? 0) - before
    const inside = place >= 0 && place < (x.shape[axis] ?? 0)
    return inside ? (x.data[flatten(x.shape, index.with(axis, place))] ?? NaN) : 0
  },
  Expand: elementwise((x = NaN) => x),
  Gather: (_, [table = none, ids = none], index) => {
    const row = ids.data[flatten(ids.shape, index.slice(0, ids.shape.length))] ?? NaN
    return table.data[flatten(table.shape, [row, ...index.slice(ids.shape.length)])] ?? NaN
  },
  Float: (_, [x = none], index) => x.data[flatten(x.shape, index)] ?? NaN,
  ScatterAdd: (at, [rows = none, ids = none], index) => {
    const [row = 0, ...rest] = index
    const size = elements(at.shape.slice(1) as number[])
    const place = flatten(at.shape.slice(1) as number[], rest)
    return sum(indices(ids.shape).map((_, i) => (ids.data[i] === row ? (rows.data[i * size + place] ?? NaN) : 0)))
  },
  StopGradient: elementwise((x = NaN) => x),
  WithGradient: elementwise((x = NaN) => x),
}
