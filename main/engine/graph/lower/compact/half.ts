// 16-bit weights: cast where they are used on a CPU, multiplied as they are by hardware that computes in 16 bits.
import { type Factor, type Form, type Kept, largestOf, onceThere } from './form.ts'

export const half: Form = {
  product(kept, factor) {
    const part = kept.part('values')
    const values = kept.emit.mapped(part)
    // bfloat16 has kernels on few providers.
    if (!factor.onCpu && part.type === 'f16') return product16(kept, values, factor)
    return factor.float(kept.emit.cast(onceThere(kept, values, factor), 'f32'))
  },
  rows({ emit, part }, ids) {
    return emit.cast(emit.op('Gather', [emit.mapped(part('values')), ids], { axis: { int: 0 } }), 'f32')
  },
}

/** Each token is divided by its largest and multiplied back: no activation is too large for 16 bits, no gradient too small. */
function product16({ emit }: Kept, values: string, { x, forward, alpha }: Factor): string {
  const largest = largestOf(emit, x)
  const within = emit.cast(emit.op('Div', [x, largest]), 'f16')
  const weight = forward ? emit.op('Transpose', [values], { perm: { ints: [1, 0] } }) : values
  const y = emit.cast(emit.op('MatMul', [within, weight]), 'f32')
  return emit.op('Mul', [y, alpha === 1 ? largest : emit.op('Mul', [largest, emit.number(alpha)])])
}
