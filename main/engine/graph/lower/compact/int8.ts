// 8-bit products: a scale for each row of the weight, and one for each token, taken as it comes.
import { rotation, rotationSize } from '../../rotation.ts'
import type { Emitter } from '../emitter.ts'
import { type Factor, type Form, type Kept, onceThere } from './form.ts'

/** Integers lie within 127 of this. Unsigned on both sides: AVX2's kernel for signed weights saturates. */
const zero = 128
/** Tokens of zeros stay zeros. */
const least = 1e-30

export const int8: Form = {
  product(kept, factor) {
    const { emit, part, has } = kept
    if (!factor.onCpu) return factor.float(has('rows') ? rowsOnceThere(kept, factor) : columnsOnceThere(kept, factor))
    if (!factor.forward && !has('rows')) return turnedProduct(kept, factor)
    // Backward, the scales lie along the sum: they go into the other factor.
    return factor.forward
      ? product(emit, factor, rotated(kept, factor.x), part('columns').shape, [
          emit.mapped(part('columns')),
          emit.mapped(part('columnScales')),
        ])
      : product(emit, factor, emit.op('Mul', [factor.x, emit.mapped(part('scales'))]), part('rows').shape, [
          emit.mapped(part('rows')),
          emit.number(1),
        ])
  },
  rows(kept, ids) {
    const { emit, part } = kept
    return float(kept, emit.op('Gather', [emit.mapped(part('rows')), ids], { axis: { int: 0 } }), ids)
  },
}

const rowsOnceThere = (kept: Kept, factor: Factor): string =>
  float(kept, onceThere(kept, kept.emit.mapped(kept.part('rows')), factor))

/** The weight [out, in] from its turned and rotated copy. */
function columnsOnceThere(kept: Kept, factor: Factor): string {
  const { emit, part, shape } = kept
  const columns = onceThere(kept, emit.mapped(part('columns')), { ...factor, forward: !factor.forward })
  const values = emit.op('Mul', [
    emit.op('Sub', [emit.cast(columns, 'f32'), emit.number(zero)]),
    emit.mapped(part('columnScales')),
  ])
  const turned = emit.op('Transpose', [values], { perm: { ints: [1, 0] } })
  return emit.op('Reshape', [rotated(kept, turned), emit.integers(shape)])
}

/**
 * Backwards from the bytes that forwards uses, where there is no second copy: the weight is the left factor of the turned
 * product, dx' = (W R)' dy', and dx is rotated back.
 */
function turnedProduct(kept: Kept, factor: Factor): string {
  const { emit, part, shape } = kept
  const [out] = shape
  const scaled = emit.op('Mul', [factor.x, emit.mapped(part('columnScales'))])
  const tokens = emit.op('Reshape', [scaled, emit.integers([-1, out])])
  const { steps, integers } = quantised(emit, tokens)
  const turned = emit.op('Transpose', [integers], { perm: { ints: [1, 0] } })
  const middle = emit.byte('u8', zero)
  const y = emit.contributed('MatMulIntegerToFloat', [
    emit.mapped(part('columns')),
    turned,
    emit.number(factor.alpha),
    steps,
    middle,
    middle,
  ])
  const back = emit.op('Transpose', [y], { perm: { ints: [1, 0] } })
  return emit.op('Reshape', [rotated(kept, back), target(emit, factor)])
}

/** Tokens in which few elements stand out would lose the others. The weight is kept with the same rotation. */
function rotated({ emit, shape }: Kept, x: string): string {
  const size = rotationSize(shape[1])
  const blocks = emit.op('Reshape', [x, emit.integers([-1, size])])
  return emit.op('MatMul', [blocks, emit.matrix('rotation', size, rotation(size))])
}

/**
 * The product by integers [from, to] around `zero` with their scales, each token divided by its largest and multiplied
 * back. `x` holds the tokens in any shape.
 */
function product(
  emit: Emitter,
  factor: Factor,
  x: string,
  [from = 1]: readonly number[],
  [integers, scales]: readonly [string, string],
): string {
  const tokens = emit.op('Reshape', [x, emit.integers([-1, from])])
  const { steps, integers: left } = quantised(emit, tokens)
  const middle = emit.byte('u8', zero)
  const alpha = emit.number(factor.alpha)
  const y = emit.contributed('MatMulIntegerToFloat', [left, integers, alpha, scales, middle, middle])
  const back = emit.op('Mul', [y, emit.op('Reshape', [steps, emit.integers([-1, 1])])])
  return emit.op('Reshape', [back, target(emit, factor)])
}

/** Tokens [tokens, width] as integers around `zero`, and what one integer stands for in each. */
function quantised(emit: Emitter, tokens: string): { readonly steps: string; readonly integers: string } {
  const steps = stepsOf(emit, tokens)
  const middles = emit.op('Expand', [emit.byte('u8', zero), emit.op('Shape', [steps])])
  return { steps, integers: emit.op('QuantizeLinear', [tokens, steps, middles], { axis: { int: 0 } }) }
}

/** The product's shape, said as numbers where they are known: the library trips over two reshapes, the first by a computed shape. */
function target(emit: Emitter, { x, shape }: Factor): string {
  const known = shape.filter((dim) => typeof dim === 'number')
  if (known.length === shape.length) return emit.integers(known)
  const lead = emit.op('Shape', [x], { end: { int: -1 } })
  return emit.op('Concat', [lead, emit.integers([-1])], { axis: { int: 0 } })
}

/** What one integer stands for in each token [tokens, width]. */
function stepsOf(emit: Emitter, tokens: string): string {
  const reduced = (op: string): string => emit.op(op, [tokens, emit.integers([-1])], { keepdims: { int: 0 } })
  const largest = emit.op('Max', [reduced('ReduceMax'), emit.op('Neg', [reduced('ReduceMin')]), emit.number(least)])
  return emit.op('Mul', [largest, emit.number(1 / 127)])
}

/** Rows of integers as float32; `ids` say which, where they are not all. */
function float({ emit, part, shape }: Kept, integers: string, ids?: string): string {
  const all = emit.mapped({ ...part('scales'), shape: [shape[0], 1] })
  const scales = ids === undefined ? all : emit.op('Gather', [all, ids], { axis: { int: 0 } })
  return emit.op('Mul', [emit.op('Sub', [emit.cast(integers, 'f32'), emit.number(zero)]), scales])
}
