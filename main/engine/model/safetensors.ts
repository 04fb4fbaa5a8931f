// Reads safetensors headers (github.com/huggingface/safetensors): one file, or the shards that an index names.
import { open, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { elements } from '../../contract/tensor.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { StoredType, WeightRef } from '../../contract/model.ts'
import { storedBytes } from './dequantise.ts'

/** Bytes of a header at most, by the format. */
const maxHeader = 100e6
const types: Readonly<Record<string, StoredType>> = { F32: 'F32', F16: 'F16', BF16: 'BF16' }

/** Tensors of one file by name. Throws model/missing-file, model/damaged or model/unsupported-type. */
export async function readSafetensors(path: string): Promise<Record<string, WeightRef>> {
  if (!(await isFile(path))) throw studioError('model/missing-file', basename(path))
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const start = Buffer.alloc(8)
    if ((await file.read(start, 0, 8, 0)).bytesRead < 8) throw damaged('it is too short')
    const length = start.readBigUInt64LE()
    if (length > BigInt(Math.min(size - 8, maxHeader))) throw damaged('its header is longer than the file')
    const header = Buffer.alloc(Number(length))
    await file.read(header, 0, header.length, 8)
    return parseSafetensors(header, basename(path), size)
  } finally {
    await file.close()
  }
}

/** `header` is the JSON part; `size` the whole file's bytes. */
export function parseSafetensors(header: Uint8Array, file: string, size: number): Record<string, WeightRef> {
  const parsed = parseObject(header)
  const start = 8 + header.length
  const found = Object.entries(parsed)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]): [string, WeightRef] => [name, tensorRef(name, entry, file, start)])
  const sorted = found.map(([, ref]) => ref).sort((a, b) => a.offset - b.offset)
  let end = start
  for (const ref of sorted) {
    if (ref.offset < end) throw damaged('its tensors overlap')
    end = ref.offset + ref.bytes
  }
  if (end > size) throw damaged('it ends before its last tensor')
  return Object.fromEntries(found)
}

function tensorRef(name: string, entry: unknown, file: string, start: number): WeightRef {
  if (!isObject(entry)) throw damaged(`the entry of ${name} is no object`)
  const { dtype, shape, data_offsets: offsets } = entry
  const type = typeof dtype === 'string' && Object.hasOwn(types, dtype) ? types[dtype] : undefined
  // JSON.stringify, because dtype may be any JSON value, even an object that String() fails on.
  if (type === undefined)
    throw studioError('model/unsupported-type', name, typeof dtype === 'string' ? dtype : JSON.stringify(dtype))
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw damaged(`the entry of ${name} is incomplete`)
  const [from = 0, to = 0] = offsets
  if (storedBytes(type, elements(shape)) !== to - from) throw damaged(`the size of ${name} does not fit its shape`)
  return { file, offset: start + from, bytes: to - from, type, shape }
}

/** Every tensor of a folder: model.safetensors, or the shards of model.safetensors.index.json. */
export async function readSafetensorsFolder(folder: string): Promise<Record<string, WeightRef>> {
  const index = await readFile(join(folder, 'model.safetensors.index.json')).catch(() => undefined)
  if (index === undefined) return readSafetensors(join(folder, 'model.safetensors'))
  const map = parseObject(index)['weight_map']
  if (!isObject(map)) throw damaged('its index names no files')
  const shards = new Map<unknown, Readonly<Record<string, WeightRef>>>()
  const tensors: Record<string, WeightRef> = {}
  for (const [name, file] of Object.entries(map)) {
    const shard = shards.get(file) ?? (await readSafetensors(join(folder, nameInFolder(file))))
    shards.set(file, shard)
    const tensor = shard[name]
    if (tensor === undefined) throw studioError('model/missing-weight', name)
    tensors[name] = tensor
  }
  return tensors
}

/** A shard is named, never pointed at: nothing of a name may lead out of the folder, on any system. */
function nameInFolder(file: unknown): string {
  if (typeof file !== 'string' || !/^[^/\\:\0]+$/.test(file) || file === '.' || file === '..')
    throw damaged('its index names a file elsewhere')
  return file
}

/** The folder of a model given as itself or as its weights file. */
export const folderOf = async (path: string): Promise<string> =>
  (await stat(path)).isDirectory() ? path : dirname(path)

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 8 && value.every((size) => Number.isSafeInteger(size) && size >= 0)

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (isObject(value)) return value
  } catch {
    // Falls through to the same sentence.
  }
  throw damaged('its header cannot be read')
}

const damaged = (why: string): Error => studioError('model/damaged', why)
