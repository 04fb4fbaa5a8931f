// 16-bit weights: cast where they are used on a CPU, multiplied as they are by hardware that computes in 16 bits.
import { type Factor, type Scheme, type StoredWeight, largestOf, deferUntil, type FactorInput } from './scheme.ts'

export const half: Scheme = {
  product(stored, factor) {
    // bfloat16 has kernels on few providers.
    if (!factor.onCpu && stored.part('values').type === 'f16') return product16(stored, factor)
    return factor.float(float(stored, factor))
  },
  whole: (stored, x) => float(stored, { x, forward: true }),
  rows({ emit, part }, ids) {
    return emit.cast(emit.op('Gather', [emit.mapped(part('values')), ids], { axis: { int: 0 } }), 'f32')
  },
}

const float = (stored: StoredWeight, input: FactorInput): string =>
  stored.emit.cast(deferUntil(stored, stored.emit.mapped(stored.part('values')), input), 'f32')

/** Each token is divided by its largest magnitude, and its product multiplied by it: no activation is too large for 16 bits, no gradient too small. */
function product16({ emit, part }: StoredWeight, { x, forward, alpha }: Factor): string {
  const values = emit.mapped(part('values'))
  const largest = largestOf(emit, x)
  const within = emit.cast(emit.op('Div', [x, largest]), 'f16')
  const weight = forward ? emit.op('Transpose', [values], { perm: { ints: [1, 0] } }) : values
  const y = emit.cast(emit.op('MatMul', [within, weight]), 'f32')
  return emit.op('Mul', [y, alpha === 1 ? largest : emit.op('Mul', [largest, emit.number(alpha)])])
}
