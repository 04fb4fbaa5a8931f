// Plain float32: what every type can be decoded to.
import { valuesOf } from '../stored.ts'
import type { QuantScheme } from './scheme.ts'

export const float32: QuantScheme = {
  name: undefined,
  parts: ({ shape }) => ({ values: { type: 'f32', shape } }),
  writer: (_, write) => ({
    rows: (stored) => write('values', valuesOf(stored), 4 * stored.first * stored.columns),
    end: () => Promise.resolve(),
  }),
}
