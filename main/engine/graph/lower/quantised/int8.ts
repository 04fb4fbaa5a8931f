// 8-bit products: a scale for each row of the weight, and one for each token, taken as it comes.
import type { WeightPart } from '../../../../contract/model.ts'
import { rotation, rotationSize } from '../../rotation.ts'
import type { Emitter } from '../emitter.ts'
import { type Factor, type Scheme, type StoredWeight, largestOf, onceThere, type There } from './scheme.ts'

/** Largest magnitude of a weight's integers. */
const most = 127

export const int8: Scheme = {
  product(kept, factor) {
    const { emit, part, has } = kept
    if (!factor.onCpu) return factor.float(has('rows') ? rowsOnceThere(kept, factor) : columnsOnceThere(kept, factor))
    if (!factor.forward && !has('rows')) return transposedProduct(kept, factor)
    // Backward, the scales lie along the sum: they go into the other factor.
    return factor.forward
      ? product(emit, factor, rotated(emit, factor.x, factor.shape.length, rotationSize(kept.shape[1])), [
          part('columns'),
          emit.mapped(part('columnScales')),
        ])
      : product(emit, factor, emit.op('Mul', [factor.x, emit.mapped(part('scales'))]), [part('rows'), emit.number(1)])
  },
  whole: (kept, x) =>
    kept.has('rows') ? rowsOnceThere(kept, { x, forward: true }) : columnsOnceThere(kept, { x, forward: true }),
  rows(kept, ids) {
    const { emit, part } = kept
    return float(kept, emit.op('Gather', [emit.mapped(part('rows')), ids], { axis: { int: 0 } }), ids)
  },
}

const rowsOnceThere = (kept: StoredWeight, there: There): string =>
  float(kept, onceThere(kept, kept.emit.mapped(kept.part('rows')), there))

/** The weight [out, in] from its turned and rotated copy. */
function columnsOnceThere(kept: StoredWeight, there: There): string {
  const { emit, part } = kept
  const columns = onceThere(kept, emit.mapped(part('columns')), { ...there, forward: !there.forward })
  const values = emit.op('Mul', [centred(emit, part('columns'), columns), emit.mapped(part('columnScales'))])
  const transposed = emit.op('Transpose', [values], { perm: { ints: [1, 0] } })
  return rotated(emit, transposed, 2, rotationSize(kept.shape[1]))
}

/**
 * Backwards from the bytes that forwards uses, where there is no second copy: the weight is the left factor of the turned
 * product, dx' = (W R)' dy', and dx is rotated back. What stands left must be unsigned.
 */
function transposedProduct(kept: StoredWeight, factor: Factor): string {
  const { emit, part, shape } = kept
  const [out] = shape
  const scaled = emit.op('Mul', [factor.x, emit.mapped(part('columnScales'))])
  const tokens = emit.op('Reshape', [scaled, emit.integers([-1, out])])
  const columns = part('columns')
  // Signed bytes are faster where they are exact.
  const type = columns.type === 'i8' && factor.codes === most ? 'i8' : 'u8'
  const { largest, integers, zero } = quantised(emit, tokens, most, type)
  const transposed = emit.op('Transpose', [integers], { perm: { ints: [1, 0] } })
  const y = emit.contributed('MatMulIntegerToFloat', [
    columns.type === 'u8' ? emit.mapped(columns) : unsigned(kept, factor),
    transposed,
    emit.number(factor.alpha / most),
    emit.number(1),
    emit.byte('u8', 128),
    zero,
  ])
  const back = emit.op('Mul', [emit.op('Transpose', [y], { perm: { ints: [1, 0] } }), largest])
  return emit.op('Reshape', [rotated(emit, back, 2, rotationSize(shape[1])), target(emit, factor)])
}

/** The weight's signed bytes, moved by 128 where they are used. */
function unsigned(kept: StoredWeight, factor: Factor): string {
  const { emit, part } = kept
  const there = onceThere(kept, emit.mapped(part('columns')), { ...factor, forward: true })
  return emit.op('BitwiseXor', [emit.cast(there, 'u8'), emit.byte('u8', 128)])
}

/** Tokens in which few elements stand out would lose the others. The weight is kept with the same rotation. `x` has `rank` dims. */
export function rotated(emit: Emitter, x: string, rank: number, size: number): string {
  const before = Array.from({ length: rank - 1 }, () => 0)
  const blocks = emit.op('Reshape', [x, emit.integers([...before, -1, size])])
  const transposed = emit.op('MatMul', [blocks, emit.matrix('rotation', size, rotation(size))])
  return emit.op('Reshape', [transposed, emit.integers([...before, -1])])
}

/**
 * The product by integers [from, to] with their scales, each token divided by its largest and multiplied back. Few ops:
 * opening a session takes time that grows with the square of their number.
 */
function product(emit: Emitter, factor: Factor, x: string, [weight, scales]: readonly [WeightPart, string]): string {
  // Products of unsigned bytes are exact everywhere.
  const codes = weight.type === 'u8' ? most : factor.codes
  const { largest, integers, zero } = quantised(emit, x, codes, 'u8')
  const y = emit.contributed('MatMulIntegerToFloat', [
    integers,
    emit.mapped(weight),
    emit.number(factor.alpha / codes),
    scales,
    zero,
    weight.type === 'u8' ? emit.byte('u8', 128) : emit.byte('i8', 0),
  ])
  return emit.op('Mul', [y, largest])
}

/** Tokens [.., width] as integers within `levels` of `zero`, and the largest magnitude of each, [.., 1]. */
export function quantised(emit: Emitter, tokens: string, codes: number, type: 'i8' | 'u8') {
  const zero = emit.byte(type, type === 'u8' ? codes + 1 : 0)
  const largest = largestOf(emit, tokens)
  const within = emit.op('Div', [tokens, largest])
  return { largest, zero, integers: emit.op('QuantizeLinear', [within, emit.number(1 / codes), zero]) }
}

/** The product's shape, said as numbers where they are known. */
function target(emit: Emitter, { x, shape }: Factor): string {
  const known = shape.filter((dim) => typeof dim === 'number')
  if (known.length === shape.length) return emit.integers(known)
  const lead = emit.op('Shape', [x], { end: { int: -1 } })
  return emit.op('Concat', [lead, emit.integers([-1])], { axis: { int: 0 } })
}

/** Bytes of a part as the integers that they stand for, in float32. */
function centred(emit: Emitter, { type }: WeightPart, bytes: string): string {
  const values = emit.cast(bytes, 'f32')
  return type === 'u8' ? emit.op('Sub', [values, emit.number(128)]) : values
}

/** Rows of integers as float32; `ids` say which, where they are not all. */
function float({ emit, part, shape }: StoredWeight, integers: string, ids?: string): string {
  const all = emit.mapped({ ...part('scales'), shape: [shape[0], 1] })
  const scales = ids === undefined ? all : emit.op('Gather', [all, ids], { axis: { int: 0 } })
  return emit.op('Mul', [centred(emit, part('rows'), integers), scales])
}
