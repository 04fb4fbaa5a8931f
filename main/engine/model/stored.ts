// Reads a stored weight row by row, with the rows of queries and keys in the order that the network's rotary embedding needs.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { StoredType, WeightRef } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { decode, unitOf } from './dequantise.ts'

/** Elements read at a time: few enough not to block the event loop for long. */
const chunkElements = 2 << 20

/** Some whole rows as they are stored. */
export interface StoredRows {
  readonly type: StoredType
  readonly bytes: Uint8Array
  /** Index of the first row. */
  readonly first: number
  readonly rows: number
  readonly columns: number
}

/** A vector is one row. */
export const rowsAndColumns = (shape: readonly number[]): readonly [number, number] => {
  const columns = shape.at(-1) ?? 1
  return [elements(shape) / columns, columns]
}

/**
 * The rows of the weight `ref` in `folder`, some at a time. `headDim` is given where they are interleaved rotary
 * pairs. Throws model/damaged where the file has shrunk.
 */
export async function* storedRows(
  folder: string,
  ref: WeightRef,
  headDim: number | undefined,
): AsyncGenerator<StoredRows> {
  const { block, bytes } = unitOf(ref.type)
  const [all, columns] = rowsAndColumns(ref.shape)
  const rowBytes = (columns / block) * bytes
  // Whole heads, where rows are reordered within them.
  const unit = headDim ?? 1
  const piece = unit * Math.max(1, Math.floor(chunkElements / columns / unit))
  const file = await open(join(folder, ref.file), 'r')
  try {
    for (let first = 0; first < all; first += piece) {
      const rows = Math.min(piece, all - first)
      const stored = new Uint8Array(rows * rowBytes)
      const { bytesRead } = await file.read(stored, 0, stored.length, ref.offset + first * rowBytes)
      if (bytesRead < stored.length) throw studioError('model/damaged', 'it became shorter while it was read')
      const ordered = headDim === undefined ? stored : halfSplit(stored, rowBytes, headDim)
      yield { type: ref.type, bytes: ordered, first, rows, columns }
    }
  } finally {
    await file.close()
  }
}

/** The rows' values. */
export function valuesOf({ type, bytes, rows, columns }: StoredRows): Float32Array {
  const values = new Float32Array(rows * columns)
  decode(type, bytes, values)
  return values
}

/**
 * Rows of each head from interleaved pairs (0 1)(2 3).. to halves: row 2i to i, row 2i + 1 to headDim / 2 + i; the
 * inverse of what llama.cpp's converter does to Llama's queries and keys.
 */
function halfSplit(stored: Uint8Array, rowBytes: number, headDim: number): Uint8Array {
  const reordered = new Uint8Array(stored.length)
  const rows = stored.length / rowBytes
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim
    const to = row - inHead + (inHead >> 1) + (inHead & 1) * (headDim / 2)
    reordered.set(stored.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes)
  }
  return reordered
}
