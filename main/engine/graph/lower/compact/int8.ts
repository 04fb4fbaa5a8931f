// 8-bit products: a scale for each row of the weight, and one for each token, taken as it comes.
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
    // The same integers either way. Backward, the scales lie along the sum, so they go into the other factor.
    return factor.forward
      ? product(emit, factor, factor.x, emit.mapped(part('columns')), scales)
      : product(emit, factor, emit.op('Mul', [factor.x, scales]), emit.mapped(part('rows')), emit.number(1))
  },
  rows(kept, ids) {
    const { emit, part } = kept
    return float(kept, emit.op('Gather', [emit.mapped(part('rows')), ids], { axis: { int: 0 } }), ids)
  },
}

/** x B with integers B around `zero`, each row of x divided by its largest and multiplied back. */
function product(emit: Emitter, { alpha }: Factor, x: string, integers: string, scales: string): string {
  const size = emit.op('ReduceMax', [emit.op('Abs', [x]), emit.integers([-1])], { keepdims: { int: 1 } })
  const largest = emit.op('Max', [size, emit.number(least)])
  const step = emit.number(1 / 127)
  const middle = emit.byte('u8', zero)
  const quantised = emit.op('QuantizeLinear', [emit.op('Div', [x, largest]), step, middle])
  const y = emit.contributed('MatMulIntegerToFloat', [quantised, integers, step, scales, middle, middle])
  const back = alpha === 1 ? largest : emit.op('Mul', [largest, emit.number(alpha)])
  return emit.op('Mul', [y, back])
}

/** Rows of integers as float32; `ids` say which, where they are not all. */
function float({ emit, part, shape }: Kept, integers: string, ids?: string): string {
  const all = emit.mapped({ ...part('scales'), shape: [shape[0], 1] })
  const scales = ids === undefined ? all : emit.op('Gather', [all, ids], { axis: { int: 0 } })
  return emit.op('Mul', [emit.op('Sub', [emit.cast(integers, 'f32'), emit.number(zero)]), scales])
}
