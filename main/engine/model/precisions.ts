// What a base model can be kept in: for each precision, the form of every weight.
import type { PrecisionName, WeightRef } from '../../contract/model.ts'
import type { Levels } from '../graph/lower/compact/form.ts'
import { isBlocked } from './dequantise.ts'
import { blocks } from './forms/blocks.ts'
import { float32 } from './forms/float32.ts'
import type { Form } from './forms/form.ts'
import { half } from './forms/half.ts'
import { int8 } from './forms/int8.ts'

/** How a CPU with those levels of bytes (graph/lower/compact/form.ts) keeps a precision. */
export interface Precision {
  /** Names what is written: changes when that changes, so that an older cache is not read as a newer one. */
  readonly version: string
  readonly formOf: (name: string, ref: WeightRef) => Form
}

/** Norms and biases are too small to matter, and too much hangs on them. */
const matrices =
  (form: (name: string, ref: WeightRef) => Form): Precision['formOf'] =>
  (name, ref) =>
    ref.shape.length === 2 ? form(name, ref) : float32

/** The embedding and the head: small errors in them turn the gradient most, and a run reads few of their rows. */
const isTable = (name: string): boolean => !name.endsWith('_proj.weight')

/** A new precision is a line here, and a file of its own where it keeps weights in a new form. */
export const precisions: { readonly [P in PrecisionName]: (levels: Levels) => Precision } = {
  float32: () => ({ version: 'f32-v1', formOf: () => float32 }),
  int8: (levels) => (levels === 127 ? eightBits('int8-signed-v2', 'i8') : eightBits('int8-v3', 'u8')),
  f16: () => ({ version: 'f16-v1', formOf: matrices(() => half) }),
  'as-stored': () => ({ version: 'stored-v1', formOf: matrices((_, ref) => asStored(ref)) }),
}

/** Whatever CPU it is kept for. */
export const versionsOf = (name: PrecisionName): string[] => [
  ...new Set(([127, 63] as const).map((levels) => precisions[name](levels).version)),
]

const eightBits = (version: string, type: 'i8' | 'u8'): Precision => ({
  version,
  formOf: matrices((name) => (isTable(name) ? half : int8(type))),
})

function asStored({ type }: WeightRef): Form {
  if (isBlocked(type)) return blocks
  return type === 'F32' ? float32 : half
}
