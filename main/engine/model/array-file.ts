// Arrays in safetensors files, written completely or not at all, and read back as they were; and a model's own weights.
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { WeightRef } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { readSafetensors } from './safetensors.ts'
import { safetensorsHeader } from './safetensors-header.ts'

export interface StoredArray {
  readonly shape: readonly number[]
  readonly data: Float32Array | Uint8Array
}

/** Arrays by name. */
export type StoredArrays = Readonly<Record<string, StoredArray>>

/** Bytes that are read or written at a time: others get their turn in between. */
const pieceBytes = 16 << 20

const unfinished = '.part'

/** Writes the file, which is on disk and whole once it has its name. The arrays must not change meanwhile. */
export async function writeArrays(path: string, arrays: StoredArrays): Promise<void> {
  const part = `${path}${unfinished}`
  const file = await open(part, 'w')
  try {
    await file.write(safetensorsHeader(arrays))
    for (const { data } of Object.values(arrays)) {
      const bytes = bytesOf(data)
      for (let at = 0; at < bytes.length; at += pieceBytes) await file.write(bytes.subarray(at, at + pieceBytes))
    }
    await file.datasync()
  } catch (error) {
    await file.close()
    await rm(part, { force: true })
    throw error
  }
  await file.close()
  await rename(part, path)
  // The name is on disk, too, before anything refers to it; some systems cannot open a folder, and need not.
  const folder = await open(dirname(path), 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

/** Bytes of the file of these arrays, without its header. */
export const arrayBytes = (arrays: StoredArrays): number =>
  Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0)

/** Reads a file of `writeArrays` in new arrays. Error: 'store/damaged' for any other file. */
export async function readArrays(folder: string, name: string): Promise<StoredArrays> {
  const path = join(folder, name)
  const found = await readSafetensors(path).catch(() => {
    throw studioError('store/damaged', path)
  })
  const file = await open(path, 'r')
  try {
    const arrays: Record<string, StoredArray> = {}
    for (const [array, { offset, bytes, type, shape }] of Object.entries(found)) {
      if (type !== 'F32' && type !== 'U8') throw studioError('store/damaged', basename(path))
      const data = type === 'F32' ? new Float32Array(bytes / 4) : new Uint8Array(bytes)
      await readInto(file, bytesOf(data), offset)
      arrays[array] = { shape, data }
    }
    return arrays
  } finally {
    await file.close()
  }
}

/** A float32 weight of a model in `folder`, in a new array. Error: 'store/damaged' where its file has become shorter. */
export async function readWeight(folder: string, { file: name, offset, shape }: WeightRef): Promise<Float32Array> {
  const file = await open(join(folder, name), 'r')
  try {
    const data = new Float32Array(elements(shape))
    await readInto(file, bytesOf(data), offset)
    return data
  } finally {
    await file.close()
  }
}

/** Fills `bytes` from the file, from `offset` on. Error: 'store/damaged' where it ends before. */
async function readInto(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = Math.min(pieceBytes, bytes.length - at)
    const { bytesRead } = await file.read(bytes, at, length, offset + at)
    if (bytesRead < length) throw studioError('store/damaged', 'A file of weights')
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
