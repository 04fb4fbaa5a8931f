// Reads safetensors headers (github.com/huggingface/safetensors): one file, or the shards that an index names.
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { elements } from '../../contract/tensor.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { FoundTensor } from './collect.ts'
import { storedBytes, storedType } from './dequantise.ts'
import { readJson } from './json-file.ts'
import { recognise } from './recognise.ts'

/** Bytes of a header at most, by the format. */
const maxHeader = 100e6

/** Tensors of one file by name. Throws model/missing-file, model/damaged, or what `recognise` says of another kind of file. */
export async function readSafetensors(path: string): Promise<Record<string, FoundTensor>> {
  if (!(await isFile(path))) throw studioError('model/missing-file', basename(path))
  await recognise(path)
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
export function parseSafetensors(header: Uint8Array, file: string, size: number): Record<string, FoundTensor> {
  const parsed = parseObject(header)
  const start = 8 + header.length
  const found = Object.entries(parsed)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]): [string, FoundTensor] => [name, tensorRef(name, entry, file, start)])
  const sorted = found.map(([, ref]) => ref).sort((a, b) => a.offset - b.offset)
  let end = start
  for (const ref of sorted) {
    if (ref.offset < end) throw damaged('its tensors overlap')
    end = ref.offset + ref.bytes
  }
  if (end > size) throw damaged('it ends before its last tensor')
  return Object.fromEntries(found)
}

function tensorRef(name: string, entry: unknown, file: string, start: number): FoundTensor {
  if (!isObject(entry)) throw damaged(`the entry of ${name} is no object`)
  const { dtype, shape, data_offsets: offsets } = entry
  // JSON.stringify, because dtype may be any JSON value, even an object that String() fails on.
  const type = typeof dtype === 'string' ? dtype : JSON.stringify(dtype ?? null)
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw damaged(`the entry of ${name} is incomplete`)
  const [from = 0, to = 0] = offsets
  if (to < from) throw damaged(`the entry of ${name} is incomplete`)
  const stored = storedType(type)
  if (stored !== undefined && storedBytes(stored, elements(shape)) !== to - from)
    throw damaged(`the size of ${name} does not fit its shape`)
  return { file, offset: start + from, bytes: to - from, type, shape }
}

/** Every tensor of a folder: of model.safetensors where there is one, as in transformers; else of its shards. */
export async function readSafetensorsFolder(folder: string): Promise<Record<string, FoundTensor>> {
  const names = await readdir(folder)
  if (names.includes('model.safetensors')) return readSafetensors(join(folder, 'model.safetensors'))
  if (names.includes(indexName)) return readIndexed(folder)
  const shards = shardsOf(names)
  const tensors: Record<string, FoundTensor> = {}
  for (const shard of shards ?? ['model.safetensors'])
    for (const [name, tensor] of Object.entries(await readSafetensors(join(folder, shard)))) {
      if (Object.hasOwn(tensors, name)) throw damaged(`two of its files have ${name}`)
      tensors[name] = tensor
    }
  return tensors
}

const indexName = 'model.safetensors.index.json'

/** The only weights file, or the numbered shards; undefined where there are others. */
function shardsOf(names: readonly string[]): string[] | undefined {
  const files = names.filter((name) => name.endsWith('.safetensors') && !name.startsWith('adapter_model')).sort()
  if (files.length === 1 && !/-of-\d+\.safetensors$/.test(files[0] ?? '')) return files
  const [, base, count] = /^(.+)-\d{5}-of-(\d{5})\.safetensors$/.exec(files[0] ?? '') ?? []
  if (base === undefined || count === undefined || Number(count) > maxShards) return undefined
  return Array.from(
    { length: Number(count) },
    (_, at) => `${base}-${String(at + 1).padStart(5, '0')}-of-${count}.safetensors`,
  )
}

/** More shards than any model has. */
const maxShards = 1000

async function readIndexed(folder: string): Promise<Record<string, FoundTensor>> {
  const map = (await readJson(join(folder, indexName)))['weight_map']
  if (!isObject(map)) throw damaged('its index names no files')
  const shards = new Map<unknown, Readonly<Record<string, FoundTensor>>>()
  const tensors: Record<string, FoundTensor> = {}
  for (const [name, file] of Object.entries(map)) {
    const shard = shards.get(file) ?? (await readSafetensors(join(folder, nameInFolder(file))))
    shards.set(file, shard)
    const tensor = Object.hasOwn(shard, name) ? shard[name] : undefined
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
