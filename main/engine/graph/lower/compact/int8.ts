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
    const { emit, part } = kept
    if (!factor.onCpu) return factor.float(float(kept, onceThere(kept, emit.mapped(part('rows')), factor)))
    const scales = emit.mapped(part('scales'))
    // Backward, the scales lie along the sum: they go into the other factor.
    return factor.forward
      ? product(emit, factor, rotated(kept, factor.x), part('columns').shape, [
          emit.mapped(part('columns')),
          emit.mapped(part('columnScales')),
        ])
      : product(emit, factor, emit.op('Mul', [factor.x, scales]), part('rows').shape, [
          emit.mapped(part('rows')),
          emit.number(1),
        ])
  },
  rows(kept, ids) {
    const { emit, part } = kept
    return float(kept, emit.op('Gather', [emit.mapped(part('rows')), ids], { axis: { int: 0 } }), ids)
  },
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
  const steps = stepsOf(emit, tokens)
  const middle = emit.byte('u8', zero)
  const middles = emit.op('Expand', [middle, emit.op('Shape', [steps])])
  const quantised = emit.op('QuantizeLinear', [tokens, steps, middles], { axis: { int: 0 } })
  const alpha = emit.number(factor.alpha)
  const y = emit.contributed('MatMulIntegerToFloat', [quantised, integers, alpha, scales, middle, middle])
  const back = emit.op('Mul', [y, emit.op('Reshape', [steps, emit.integers([-1, 1])])])
  return emit.op('Reshape', [back, target(emit, factor)])
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
