// 16-bit weights: cast where they are used.
import { type Form, onceThere } from './form.ts'

export const half: Form = {
  product(kept, factor) {
    const values = kept.emit.mapped(kept.part('values'))
    return factor.float(kept.emit.cast(onceThere(kept, values, factor), 'f32'))
  },
  rows({ emit, part }, ids) {
    return emit.cast(emit.op('Gather', [emit.mapped(part('values')), ids], { axis: { int: 0 } }), 'f32')
  },
}
