// 8-bit products: a scale for each row of the weight, and one for each token, computed as it comes in.
import type { WeightPart } from '../../../../contract/model.ts'
import { rotation, rotationSize } from '../../rotation.ts'
import type { Emitter } from '../emitter.ts'
import { type Factor, type Scheme, type StoredWeight, largestOf, deferUntil, type FactorInput } from './scheme.ts'

/** Largest magnitude of a weight's integers. */
const maxCode = 127

export const int8: Scheme = {
  product(stored, factor) {
    const { emit, part, has } = stored
    if (!factor.onCpu) return factor.float(has('rows') ? deferredRows(stored, factor) : deferredColumns(stored, factor))
    if (!factor.forward && !has('rows')) return transposedProduct(stored, factor)
    // Backward, the product sums over the rows that have the scales: these multiply the other factor.
    return factor.forward
      ? product(emit, factor, rotated(emit, factor.x, factor.shape.length, rotationSize(stored.shape[1])), [
          part('columns'),
          emit.mapped(part('columnScales')),
        ])
      : product(emit, factor, emit.op('Mul', [factor.x, emit.mapped(part('scales'))]), [part('rows'), emit.number(1)])
  },
  whole: (stored, x) =>
    stored.has('rows') ? deferredRows(stored, { x, forward: true }) : deferredColumns(stored, { x, forward: true }),
  rows(stored, ids) {
    const { emit, part } = stored
    return float(stored, emit.op('Gather', [emit.mapped(part('rows')), ids], { axis: { int: 0 } }), ids)
  },
}

const deferredRows = (stored: StoredWeight, input: FactorInput): string =>
  float(stored, deferUntil(stored, stored.emit.mapped(stored.part('rows')), input))

/** The weight [out, in] from its transposed and rotated copy. */
function deferredColumns(stored: StoredWeight, input: FactorInput): string {
  const { emit, part } = stored
  const columns = deferUntil(stored, emit.mapped(part('columns')), { ...input, forward: !input.forward })
  const values = emit.op('Mul', [centred(emit, part('columns'), columns), emit.mapped(part('columnScales'))])
  const transposed = emit.op('Transpose', [values], { perm: { ints: [1, 0] } })
  return rotated(emit, transposed, 2, rotationSize(stored.shape[1]))
}

/**
 * The backward product from the bytes of the forward one, where there is no second copy: the weight is the left factor of
 * the transposed product, dx' = (W R)' dy', and dx is rotated back. The kernel's left factor must be unsigned.
 */
function transposedProduct(stored: StoredWeight, factor: Factor): string {
  const { emit, part, shape } = stored
  const [out] = shape
  const scaled = emit.op('Mul', [factor.x, emit.mapped(part('columnScales'))])
  const tokens = emit.op('Reshape', [scaled, emit.integers([-1, out])])
  const columns = part('columns')
  // Signed bytes are faster where they are exact.
  const type = columns.type === 'i8' && factor.codes === maxCode ? 'i8' : 'u8'
  const { largest, integers, zero } = quantised(emit, tokens, maxCode, type)
  const transposed = emit.op('Transpose', [integers], { perm: { ints: [1, 0] } })
  const y = emit.contributed('MatMulIntegerToFloat', [
    columns.type === 'u8' ? emit.mapped(columns) : unsigned(stored, factor),
    transposed,
    emit.number(factor.alpha / maxCode),
    emit.number(1),
    emit.byte('u8', 128),
    zero,
  ])
  const back = emit.op('Mul', [emit.op('Transpose', [y], { perm: { ints: [1, 0] } }), largest])
  return emit.op('Reshape', [rotated(emit, back, 2, rotationSize(shape[1])), target(emit, factor)])
}

/** The weight's signed bytes with zero point 128, converted where they are used. */
function unsigned(stored: StoredWeight, factor: Factor): string {
  const { emit, part } = stored
  const bytes = deferUntil(stored, emit.mapped(part('columns')), { ...factor, forward: true })
  return emit.op('BitwiseXor', [emit.cast(bytes, 'u8'), emit.byte('u8', 128)])
}

/** x rotated: in tokens with a few large elements the small ones would round to zero. The weight is stored with the same rotation. `x` has `rank` dims. */
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
  const codes = weight.type === 'u8' ? maxCode : factor.codes
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

/** Tokens [.., width] as integers within `codes` of the zero point, and the largest magnitude of each token, [.., 1]. */
export function quantised(emit: Emitter, tokens: string, codes: number, type: 'i8' | 'u8') {
  const zero = emit.byte(type, type === 'u8' ? codes + 1 : 0)
  const largest = largestOf(emit, tokens)
  const within = emit.op('Div', [tokens, largest])
  return { largest, zero, integers: emit.op('QuantizeLinear', [within, emit.number(1 / codes), zero]) }
}

/** The product's shape, as constants where it is known. */
function target(emit: Emitter, { x, shape }: Factor): string {
  const known = shape.filter((dim) => typeof dim === 'number')
  if (known.length === shape.length) return emit.integers(known)
  const lead = emit.op('Shape', [x], { end: { int: -1 } })
  return emit.op('Concat', [lead, emit.integers([-1])], { axis: { int: 0 } })
}

/** Bytes of a part less their zero point, in float32. */
function centred(emit: Emitter, { type }: WeightPart, bytes: string): string {
  const values = emit.cast(bytes, 'f32')
  return type === 'u8' ? emit.op('Sub', [values, emit.number(128)]) : values
}

/** Rows of integers as float32; `ids` undefined = all rows. */
function float({ emit, part, shape }: StoredWeight, integers: string, ids?: string): string {
  const all = emit.mapped({ ...part('scales'), shape: [shape[0], 1] })
  const scales = ids === undefined ? all : emit.op('Gather', [all, ids], { axis: { int: 0 } })
  return emit.op('Mul', [centred(emit, part('rows'), integers), scales])
}
