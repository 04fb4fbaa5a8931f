// A stored weight as float32, piece by piece, with the rows of queries and keys in the order that the network rotates.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { WeightRef } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { decode, encodings } from './dequantise.ts'

/** Bytes of float32 decoded at a time: short enough not to hold up anything else in the process. */
const chunkBytes = 8 << 20

/**
 * Little-endian float32 bytes of the weight `ref` in `folder`; `at` is a piece's byte offset in the decoded tensor.
 * `headDim` is given where its rows stand as interleaved rotary pairs. Throws model/damaged where the file has shrunk.
 */
export async function* decoded(
  folder: string,
  ref: WeightRef,
  headDim: number | undefined,
): AsyncGenerator<{ readonly data: Uint8Array; readonly at: number }> {
  const { block, bytes } = encodings[ref.type]
  const columns = ref.shape.at(-1) ?? 1
  // Whole heads, where rows change places within them; whole blocks otherwise.
  const unit = headDim === undefined ? block : columns * headDim
  const piece = unit * Math.max(1, Math.floor(chunkBytes / 4 / unit))
  const total = elements(ref.shape)
  const file = await open(join(folder, ref.file), 'r')
  try {
    for (let start = 0; start < total; start += piece) {
      const count = Math.min(piece, total - start)
      const stored = new Uint8Array((count / block) * bytes)
      const { bytesRead } = await file.read(stored, 0, stored.length, ref.offset + (start / block) * bytes)
      if (bytesRead < stored.length) throw studioError('model/damaged', 'it became shorter while it was read')
      const values = new Float32Array(count)
      decode(ref.type, stored, values)
      const ordered = headDim === undefined ? values : halfSplit(values, columns, headDim)
      yield { data: new Uint8Array(ordered.buffer), at: 4 * start }
    }
  } finally {
    await file.close()
  }
}

/**
 * Rows of each head from interleaved pairs (0 1)(2 3).. to halves: row 2i to i, row 2i + 1 to headDim / 2 + i; the
 * inverse of what llama.cpp's converter does to Llama's queries and keys.
 */
function halfSplit(values: Float32Array, columns: number, headDim: number): Float32Array {
  const moved = new Float32Array(values.length)
  const rows = values.length / columns
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim
    const to = row - inHead + (inHead >> 1) + (inHead & 1) * (headDim / 2)
    moved.set(values.subarray(row * columns, (row + 1) * columns), to * columns)
  }
  return moved
}
