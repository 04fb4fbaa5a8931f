// 16 bits: float16, rounded to nearest; bfloat16 stays bfloat16.
import { valuesOf } from '../stored.ts'
import type { QuantScheme } from './scheme.ts'

export const half: QuantScheme = {
  name: 'half',
  parts: ({ type, shape }) => ({ values: { type: type === 'BF16' ? 'bf16' : 'f16', shape } }),
  writer: ({ type }, write) => ({
    rows(stored) {
      const is16 = type === 'F16' || type === 'BF16'
      const values = is16 ? stored.bytes : new Float16Array(valuesOf(stored))
      return write('values', values, 2 * stored.first * stored.columns)
    },
    end: () => Promise.resolve(),
  }),
}
