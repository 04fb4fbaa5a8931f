// 16-bit weights: cast where they are used on a CPU, multiplied as they are by hardware that computes in 16 bits.
import { type Factor, type Scheme, type StoredWeight, largestOf, onceThere, type There } from './scheme.ts'

export const half: Scheme = {
  product(kept, factor) {
    // bfloat16 has kernels on few providers.
    if (!factor.onCpu && kept.part('values').type === 'f16') return product16(kept, factor)
    return factor.float(float(kept, factor))
  },
  whole: (kept, x) => float(kept, { x, forward: true }),
  rows({ emit, part }, ids) {
    return emit.cast(emit.op('Gather', [emit.mapped(part('values')), ids], { axis: { int: 0 } }), 'f32')
  },
}

const float = (kept: StoredWeight, there: There): string =>
  kept.emit.cast(onceThere(kept, kept.emit.mapped(kept.part('values')), there), 'f32')

/** Each token is divided by its largest and multiplied back: no activation is too large for 16 bits, no gradient too small. */
function product16({ emit, part }: StoredWeight, { x, forward, alpha }: Factor): string {
  const values = emit.mapped(part('values'))
  const largest = largestOf(emit, x)
  const within = emit.cast(emit.op('Div', [x, largest]), 'f16')
  const weight = forward ? emit.op('Transpose', [values], { perm: { ints: [1, 0] } }) : values
  const y = emit.cast(emit.op('MatMul', [within, weight]), 'f32')
  return emit.op('Mul', [y, alpha === 1 ? largest : emit.op('Mul', [largest, emit.number(alpha)])])
}
