// What a quantisation scheme is: the parts of a stored weight, and how they are written.
import type { WeightPart, WeightRef } from '../../../contract/model.ts'
import type { StoredRows } from '../stored.ts'

export type PartShape = Pick<WeightPart, 'type' | 'shape'>

/** Writes bytes of a part, `at` bytes from its start. */
export type WritePart = (part: string, data: NodeJS.ArrayBufferView, at: number) => Promise<void>

export interface SchemeWriter {
  /** Takes the rows in order. */
  rows(stored: StoredRows): Promise<void>
  /** Called behind the last rows. */
  end(): Promise<void>
}

export interface QuantScheme {
  /** Its name in the prepared model; undefined for plain float32. */
  readonly name: 'half' | 'int8' | 'blocks' | undefined
  /** The parts that a weight is stored in. */
  parts(ref: WeightRef): Readonly<Record<string, PartShape>>
  writer(ref: WeightRef, write: WritePart): SchemeWriter
}

const bits: Readonly<Record<WeightPart['type'], number>> = { f32: 32, f16: 16, bf16: 16, i8: 8, u8: 8, u4: 4 }

/** Bytes of so many elements of a part. */
export const partBytes = (type: WeightPart['type'], elements: number): number => (bits[type] * elements) / 8
