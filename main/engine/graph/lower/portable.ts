// Lowers each op to ONNX operators that every provider computes correctly: primitives, and none that is known to be wrong anywhere.
import type { Node, Op, Shape } from '../node.ts'
import { dimAt } from '../shape.ts'
import type { Emitter } from './emitter.ts'

/** Emits the operators for one node and returns its result's name. `names` are its inputs'. */
type Lowering<K extends Op> = (emit: Emitter, at: Node<K>, names: readonly string[]) => string
type Leaf = 'Input' | 'Weight' | 'Quantised' | 'Constant'
export type LoweringTable = { readonly [K in Exclude<Op, Leaf>]: Lowering<K> }

const direct =
  (op: string) =>
  (emit: Emitter, _: Node, names: readonly string[]): string =>
    emit.op(op, names)
const reduction =
  (op: string): Lowering<'ReduceSum' | 'ReduceMean' | 'ReduceMax'> =>
  (emit, at, [x = '']) =>
    emit.op(op, [x, emit.integers(at.attributes.axes)], { keepdims: { int: 1 } })

export const portable: LoweringTable = {
  Add: direct('Add'),
  Sub: direct('Sub'),
  Mul: direct('Mul'),
  Div: direct('Div'),
  Neg: direct('Neg'),
  Exp: direct('Exp'),
  Log: direct('Log'),
  Tanh: direct('Tanh'),
  Sqrt: direct('Sqrt'),
  Reciprocal: direct('Reciprocal'),
  Relu: direct('Relu'),
  Sigmoid: direct('Sigmoid'),
  Silu: (emit, _, [x = '']) => emit.op('Mul', [x, emit.op('Sigmoid', [x])]),
  Gelu: (emit, _, names) => emit.op('Gelu', names, { approximate: { string: 'tanh' } }),
  Cos: direct('Cos'),
  Sin: direct('Sin'),
  MatMul: (emit, at, [a = '', b = '']) => {
    const { transA, transB, alpha } = at.attributes
    const left = transA ? swapLast(emit, a, at.inputs[0]) : a
    const product = emit.op('MatMul', [left, transB ? swapLast(emit, b, at.inputs[1]) : b])
    return alpha === 1 ? product : emit.op('Mul', [product, emit.number(alpha)])
  },
  Softmax: (emit, _, names) => emit.op('Softmax', names, { axis: { int: -1 } }),
  ReduceSum: reduction('ReduceSum'),
  ReduceMean: reduction('ReduceMean'),
  ReduceMax: reduction('ReduceMax'),
  RmsNorm: (emit, at, [x = '', gamma = '']) =>
    emit.op('Mul', [emit.op('Mul', [x, inverseRms(emit, x, at.attributes.eps)]), gamma]),
  // In primitives: WebGPU's SimplifiedLayerNormalization gives a wrong second result.
  RmsInverse: (emit, at, [x = '']) => inverseRms(emit, x, at.attributes.eps),
  Rotary: (emit, at, [x = '', cosines = '', sines = '']) => {
    const axis = at.shape.length - 1
    const size = Number(dimAt(at.shape, axis))
    const [left, right] = [cut(emit, x, axis, 0, size / 2), cut(emit, x, axis, size / 2, size)]
    const first = emit.op('Sub', [emit.op('Mul', [left, cosines]), emit.op('Mul', [right, sines])])
    const second = emit.op('Add', [emit.op('Mul', [right, cosines]), emit.op('Mul', [left, sines])])
    return emit.op('Concat', [first, second], { axis: { int: axis } })
  },
  Reshape: (emit, at, [x = '']) =>
    emit.op('Reshape', [x, emit.integers(reshapeTarget(at.shape, at.inputs[0]?.shape ?? []))]),
  Transpose: (emit, at, [x = '']) => emit.op('Transpose', [x], { perm: { ints: at.attributes.perm } }),
  Concat: (emit, at, names) => emit.op('Concat', names, { axis: { int: at.attributes.axis } }),
  Slice: (emit, at, [x = '']) => cut(emit, x, at.attributes.axis, at.attributes.start, at.attributes.end),
  Pad: (emit, at, [x = '']) => {
    const { axis, before, after } = at.attributes
    return emit.op('Pad', [x, emit.integers([before, after]), '', emit.integers([axis])])
  },
  Expand: (emit, at, [x = '']) => emit.op('Expand', [x, emit.integers(expandTarget(at.shape))]),
  Gather: (emit, _, names) => emit.op('Gather', names, { axis: { int: 0 } }),
  ScatterAdd: (emit, at, [rows = '', ids = '']) => {
    const shape = at.shape as readonly number[]
    const zeros = emit.op('Expand', [emit.number(0), emit.integers(shape)])
    const places = emit.op('Reshape', [ids, emit.integers([-1, 1])])
    const flat = emit.op('Reshape', [rows, emit.integers([-1, ...shape.slice(1)])])
    return emit.op('ScatterND', [zeros, places, flat], { reduction: { string: 'add' } })
  },
  // Plain weights are float32 already; quantised/index.ts lowers the others.
  Float: (_, __, [x = '']) => x,
  // The identity: only differentiation treats it specially.
  StopGradient: (_, __, [x = '']) => x,
  WithGradient: (_, __, [x = '']) => x,
}

const cut = (emit: Emitter, x: string, axis: number, start: number, end: number): string =>
  emit.op('Slice', [x, emit.integers([start]), emit.integers([end]), emit.integers([axis])])

const inverseRms = (emit: Emitter, x: string, eps: number): string => {
  const square = emit.op('ReduceMean', [emit.op('Mul', [x, x]), emit.integers([-1])], { keepdims: { int: 1 } })
  return emit.op('Reciprocal', [emit.op('Sqrt', [emit.op('Add', [square, emit.number(eps)])])])
}

function swapLast(emit: Emitter, name: string, of: Node | undefined): string {
  const rank = of?.shape.length ?? 2
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
  return emit.op('Transpose', [name], { perm: { ints: perm } })
}

/** ONNX's notation: 0 copies the input's dim at that index, -1 is the dim that remains. */
const reshapeTarget = (to: Shape, from: Shape): number[] =>
  to.map((dim, i) => (typeof dim === 'number' ? dim : dim === from[i] ? 0 : -1))

/** The input has symbolic dims already: 1 leaves them as they are. */
const expandTarget = (to: Shape): number[] => to.map((dim) => (typeof dim === 'number' ? dim : 1))
