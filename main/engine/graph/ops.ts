// Constructors of nodes: each checks its inputs and infers its result's shape.
import type { QuantisedWeight, WeightPart } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { type Attributes, type Dim, type DType, isOp, type Node, node, type Op, type Shape } from './node.ts'
import { axisOf, broadcast, dimAt, fail, sameShape, sizeAt, withDim } from './shape.ts'

// Leaves

export const input = (name: string, shape: Shape, dtype: DType = 'f32'): Node<'Input'> =>
  node('Input', [], { name }, shape, dtype)

/** A float32 tensor that stays in its file. */
export const weight = (attributes: Attributes['Weight'], shape: readonly number[]): Node<'Weight'> =>
  node('Weight', [], attributes, shape)

/** A quantised tensor that stays in its file. */
export const quantised = (name: string, weight: QuantisedWeight): Node<'Quantised'> =>
  node('Quantised', [], { name, weight }, weight.shape)

/**
 * Rows start (inclusive) to end (exclusive) of an input, as an input of its own, or of a weight that stays in its file: no
 * byte is copied.
 */
export function rowsOf(leaf: Node, start: number, end: number): Node {
  const [rows, ...rest] = leaf.shape as readonly number[]
  if (rows === undefined || start < 0 || end > rows || start >= end) throw fail(`rows ${start}:${end}`, leaf.shape)
  const cut = <T extends { readonly offset: number; readonly bytes: number }>(part: T): T => {
    const row = part.bytes / rows
    return { ...part, offset: part.offset + start * row, bytes: (end - start) * row }
  }
  const shape = [end - start, ...rest]
  if (isOp(leaf, 'Input')) {
    const range = { of: leaf.attributes.name, start, end }
    return node('Input', [], { name: rowsName(leaf, start, end), rows: range }, shape, leaf.dtype)
  }
  if (isOp(leaf, 'Weight')) return weight({ ...cut(leaf.attributes), name: rowsName(leaf, start, end) }, shape)
  if (!isOp(leaf, 'Quantised')) throw new RangeError(`${leaf.op} is no weight`)
  const { scheme, parts } = leaf.attributes.weight
  const some = Object.entries(parts).map(([name, part]): [string, WeightPart] => {
    // int8 has a transposed copy, whose rows are the weight's columns; only weights that are never cut use it.
    if (part.shape[0] !== rows) throw new RangeError(`${name} of the scheme ${scheme} has no rows to cut`)
    return [name, { ...cut(part), shape: [end - start, ...part.shape.slice(1)] }]
  })
  return quantised(rowsName(leaf, start, end), { scheme, shape, parts: Object.fromEntries(some) })
}

const rowsName = (leaf: Node<'Input'> | Node<'Weight'> | Node<'Quantised'>, start: number, end: number): string =>
  `${leaf.attributes.name}[${start}:${end}]`

/** Rows of a weight as float32, dequantised once `input` [.., width] is computed: its uses must follow soon. */
export const float = (rows: Node, input: Node): Node => node('Float', [rows, input], {}, rows.shape)

export function constant(values: readonly number[] | Float32Array, shape?: readonly number[]): Node<'Constant'> {
  const data = Float32Array.from(values)
  const dims = shape ?? [data.length]
  if (elements(dims) !== data.length) throw fail('Constant', [data.length], dims)
  return node('Constant', [], { data }, dims)
}

/** A number that broadcasts against anything. */
export const scalar = (value: number): Node<'Constant'> => constant([value], [])

// Elementwise

type Binary = 'Add' | 'Sub' | 'Mul' | 'Div'
const binary =
  (op: Binary) =>
  (a: Node, b: Node): Node =>
    node(op, [a, b], {}, broadcast(op, a.shape, b.shape))
export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')

type Unary =
  'Neg' | 'Exp' | 'Log' | 'Tanh' | 'Sqrt' | 'Reciprocal' | 'Relu' | 'Sigmoid' | 'Silu' | 'Gelu' | 'Cos' | 'Sin'
type SameShape = Unary | 'Softmax' | 'StopGradient'
const unary =
  (op: SameShape) =>
  (x: Node): Node =>
    node(op as Op, [x], {}, x.shape)
export const neg = unary('Neg')
export const exp = unary('Exp')
export const log = unary('Log')
export const tanh = unary('Tanh')
export const sqrt = unary('Sqrt')
export const reciprocal = unary('Reciprocal')
export const relu = unary('Relu')
export const sigmoid = unary('Sigmoid')
export const silu = unary('Silu')
export const gelu = unary('Gelu')
export const cos = unary('Cos')
export const sin = unary('Sin')
export const softmax = unary('Softmax')
export const stopGradient = unary('StopGradient')

// Products

/** alpha * op(a) op(b). a [..., M, K], b [..., K, N] after op; leading dims broadcast. */
export function matmul(
  a: Node,
  b: Node,
  { transA = false, transB = false, alpha = 1 }: Partial<Attributes['MatMul']> = {},
): Node {
  if (a.shape.length < 2 || b.shape.length < 2) throw fail('MatMul', a.shape, b.shape)
  const inner = dimAt(a.shape, transA ? -2 : -1)
  if (inner !== dimAt(b.shape, transB ? -1 : -2)) throw fail('MatMul', a.shape, b.shape)
  const batch = broadcast('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2))
  const rows = dimAt(a.shape, transA ? -1 : -2)
  const columns = dimAt(b.shape, transB ? -2 : -1)
  return node('MatMul', [a, b], { transA, transB, alpha }, [...batch, rows, columns])
}

// Reductions: their dims stay as 1

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax'
const reduction =
  (op: Reduction) =>
  (x: Node, axes: readonly number[] = [-1]): Node => {
    // ONNX takes no axes for all of them.
    if (axes.length === 0) return x
    const at = axes.map((axis) => axisOf(op, x.shape, axis)).sort((a, b) => a - b)
    return node(
      op,
      [x],
      { axes: at },
      x.shape.map((dim, i) => (at.includes(i) ? 1 : dim)),
    )
  }
export const reduceSum = reduction('ReduceSum')
export const reduceMean = reduction('ReduceMean')
export const reduceMax = reduction('ReduceMax')

// Transformer ops

/** RMS layer norm (Zhang and Sennrich 2019) over the last dim. */
export function rmsNorm(x: Node, gamma: Node, eps: number): Node {
  if (gamma.shape.length !== 1 || gamma.shape[0] !== x.shape.at(-1)) throw fail('RmsNorm', x.shape, gamma.shape)
  return node('RmsNorm', [x, gamma], { eps }, x.shape)
}

export const rmsInverse = (x: Node, eps: number): Node =>
  node('RmsInverse', [x], { eps }, withDim(x.shape, x.shape.length - 1, 1))

/** Rotary position embedding (Su et al. 2021), half-split pairs: (x1 c - x2 s, x2 c + x1 s). cos, sin [..., D/2] broadcast over x. */
export function rotary(x: Node, cosines: Node, sines: Node): Node {
  const half = withDim(x.shape, x.shape.length - 1, sizeAt(x.shape, -1) / 2)
  if (sizeAt(x.shape, -1) % 2 !== 0) throw fail('Rotary', x.shape)
  if (!sameShape(broadcast('Rotary', half, cosines.shape), half)) throw fail('Rotary', x.shape, cosines.shape)
  if (!sameShape(cosines.shape, sines.shape)) throw fail('Rotary', cosines.shape, sines.shape)
  return node('Rotary', [x, cosines, sines], {}, x.shape)
}

// Movement

/** The same elements in another shape. At most one symbol may change its place or meaning. */
export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  const known = (dims: Shape): dims is readonly number[] => dims.every((dim) => typeof dim === 'number')
  if (known(x.shape) && known(shape) && elements(x.shape) !== elements(shape)) throw fail('Reshape', x.shape, shape)
  const permuted = shape.filter((dim, i) => typeof dim === 'string' && dim !== x.shape[i])
  if (permuted.length > 1) throw fail('Reshape', x.shape, shape)
  return node('Reshape', [x], {}, shape, x.dtype)
}

export function transpose(x: Node, perm: readonly number[]): Node {
  if ([...perm].sort((a, b) => a - b).some((at, i) => at !== i) || perm.length !== x.shape.length)
    throw fail('Transpose', x.shape, perm)
  return node(
    'Transpose',
    [x],
    { perm },
    perm.map((at) => dimAt(x.shape, at)),
    x.dtype,
  )
}

/** Joins along an axis; `length` names the result's dim where a part's is symbolic. */
export function concat(parts: readonly Node[], axis: number, length?: Dim): Node {
  const first = parts[0]
  if (first === undefined) throw fail('Concat')
  const at = axisOf('Concat', first.shape, axis)
  for (const part of parts)
    if (!sameShape(withDim(part.shape, at, 1), withDim(first.shape, at, 1)))
      throw fail('Concat', first.shape, part.shape)
  const joined = length ?? parts.reduce((sum, part) => sum + sizeAt(part.shape, at), 0)
  // Nested concatenations become one: one copy forward, and one of the gradient.
  const flat = parts.flatMap((part) => (isOp(part, 'Concat') && part.attributes.axis === at ? part.inputs : [part]))
  return node('Concat', flat, { axis: at }, withDim(first.shape, at, joined), first.dtype)
}

/** Elements start (inclusive) to end (exclusive) along a static axis. */
export function slice(x: Node, axis: number, start: number, end: number): Node {
  const at = axisOf('Slice', x.shape, axis)
  const size = sizeAt(x.shape, at)
  if (start < 0 || end > size || start >= end) throw fail(`Slice ${start}:${end}`, x.shape)
  return node('Slice', [x], { axis: at, start, end }, withDim(x.shape, at, end - start), x.dtype)
}

export function pad(x: Node, axis: number, before: number, after: number): Node {
  const at = axisOf('Pad', x.shape, axis)
  if (before < 0 || after < 0) throw fail(`Pad ${before}:${after}`, x.shape)
  return node('Pad', [x], { axis: at, before, after }, withDim(x.shape, at, before + sizeAt(x.shape, at) + after))
}

/** Repeats dims of 1 to fill the shape; a symbolic dim must be x's own. */
export function expand(x: Node, shape: Shape): Node {
  const lead = shape.length - x.shape.length
  const unknown = shape.some((dim, i) => typeof dim === 'string' && dim !== x.shape[i - lead])
  if (unknown || !sameShape(broadcast('Expand', x.shape, shape), shape)) throw fail('Expand', x.shape, shape)
  return sameShape(x.shape, shape) ? x : node('Expand', [x], {}, shape, x.dtype)
}

/** Rows of table [V, ...] by ids (any shape): [...ids, ...]. */
export function gather(table: Node, ids: Node): Node {
  if (ids.dtype !== 'i64') throw fail('Gather', table.shape, ids.shape)
  return node('Gather', [table, ids], {}, [...ids.shape, ...table.shape.slice(1)], table.dtype)
}

/** The sum of rows [...ids, ...] that belong to the same id, in a table of `count` rows: [count, ...]. */
export function scatterAdd(rows: Node, ids: Node, count: number): Node {
  const lead = rows.shape.slice(0, ids.shape.length)
  if (ids.dtype !== 'i64' || !sameShape(lead, ids.shape)) throw fail('ScatterAdd', rows.shape, ids.shape)
  return node('ScatterAdd', [rows, ids], {}, [count, ...rows.shape.slice(ids.shape.length)], rows.dtype)
}

/** `value`, whose gradient with respect to `inputs[i]` is `gradient(dy, i)` and not what it is computed from. */
export const withGradient = (
  value: Node,
  inputs: readonly Node[],
  gradient: Attributes['WithGradient']['gradient'],
): Node => node('WithGradient', [value, ...inputs], { gradient }, value.shape, value.dtype)
