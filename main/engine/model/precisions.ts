// The precisions that a base model can be stored in: for each, the scheme of every weight.
import type { PrecisionName, WeightRef } from '../../contract/model.ts'
import type { Codes } from '../graph/lower/quantised/scheme.ts'
import { isBlocked } from './dequantise.ts'
import { blocks } from './quantisation/blocks.ts'
import { float32 } from './quantisation/float32.ts'
import type { QuantScheme } from './quantisation/scheme.ts'
import { half } from './quantisation/half.ts'
import { int8 } from './quantisation/int8.ts'

/** How a precision is stored for a CPU with these codes (graph/lower/quantised/scheme.ts). */
export interface Precision {
  /** Names the written format: it changes with the format, so that an older cache is not read as a newer one. */
  readonly version: string
  readonly schemeOf: (name: string, ref: WeightRef) => QuantScheme
}

/** Matrices alone: norms and biases are small and sensitive, so they stay float32. */
const matrices =
  (schemeOf: (name: string, ref: WeightRef) => QuantScheme): Precision['schemeOf'] =>
  (name, ref) =>
    ref.shape.length === 2 ? schemeOf(name, ref) : float32

/** The embedding and the head: small errors in them change the gradient most, and a run reads few of their rows. */
const isTable = (name: string): boolean => !name.endsWith('_proj.weight')

/** A new precision is a line here, and a file of its own where it needs a new scheme. */
export const precisions: { readonly [P in PrecisionName]: (codes: Codes) => Precision } = {
  float32: () => ({ version: 'f32-v1', schemeOf: () => float32 }),
  int8: (codes) => (codes === 127 ? eightBits('int8-signed-v2', 'i8') : eightBits('int8-v3', 'u8')),
  f16: () => ({ version: 'f16-v1', schemeOf: matrices(() => half) }),
  'as-stored': () => ({ version: 'stored-v1', schemeOf: matrices((_, ref) => asStored(ref)) }),
}

/** The versions of a precision, for every kind of CPU. */
export const versionsOf = (name: PrecisionName): string[] => [
  ...new Set(([127, 63] as const).map((codes) => precisions[name](codes).version)),
]

const eightBits = (version: string, type: 'i8' | 'u8'): Precision => ({
  version,
  schemeOf: matrices((name) => (isTable(name) ? half : int8(type))),
})

function asStored({ type }: WeightRef): QuantScheme {
  if (isBlocked(type)) return blocks
  return type === 'F32' ? float32 : half
}
