// What a base model can be kept in: for each precision, the form of every weight.
import type { PrecisionName, WeightRef } from '../../contract/model.ts'
import { isBlocked } from './dequantise.ts'
import { blocks } from './forms/blocks.ts'
import { float32 } from './forms/float32.ts'
import type { Form } from './forms/form.ts'
import { half } from './forms/half.ts'
import { int8 } from './forms/int8.ts'

interface Precision {
  /** Names what is written: changes when that changes, so that an older cache is not read as a newer one. */
  readonly version: string
  readonly formOf: (ref: WeightRef) => Form
}

/** Norms and biases are too small to matter, and too much hangs on them. */
const matrices =
  (form: (ref: WeightRef) => Form) =>
  (ref: WeightRef): Form =>
    ref.shape.length === 2 ? form(ref) : float32

/** A new precision is a line here, and a file of its own where it keeps weights in a new form. */
export const precisions: { readonly [P in PrecisionName]: Precision } = {
  float32: { version: 'f32-v1', formOf: () => float32 },
  int8: { version: 'int8-v1', formOf: matrices(() => int8) },
  f16: { version: 'f16-v1', formOf: matrices(() => half) },
  'as-stored': { version: 'stored-v1', formOf: matrices(asStored) },
}

function asStored({ type }: WeightRef): Form {
  if (isBlocked(type)) return blocks
  return type === 'F32' ? float32 : half
}
