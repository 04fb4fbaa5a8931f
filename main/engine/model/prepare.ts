// Makes a model ready for ONNX Runtime: float32 weights in place where they are that already, decoded once otherwise.
import { mkdir, open, readFile, rename, statfs, writeFile, rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel, WeightRef } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { decode, encodings } from './dequantise.ts'
import { identityOf } from './identity.ts'
import { type ModelSource, openModel } from './open.ts'

export interface PrepareOptions {
  readonly name: string
  readonly onProgress?: (stage: string, done: number, total: number) => void
  readonly signal?: AbortSignal
  /** What may be used; the machine's own where not given. */
  readonly limits?: { readonly memory?: number; readonly disk?: number }
}

/** Changes when what is written changes, so that an older cache is not read as a newer one. */
const cacheVersion = 'f32-v1'
const alignment = 64
/** Bytes of float32 decoded at a time: short enough not to hold up anything else in the process. */
const chunkBytes = 8 << 20
const memoryShare = 0.7

/**
 * Prepares the model at `path` within the folder `cache`. Goes on where an interrupted preparation was; a finished one
 * is only opened. Throws model/disk-full and model/memory before any work, and an AbortError when `signal` says so.
 */
export async function prepareModel(path: string, cache: string, options: PrepareOptions): Promise<PreparedModel> {
  const { name, onProgress = () => undefined, signal, limits = {} } = options
  const source = await openModel(path)
  const needed = Object.values(source.weights).reduce((sum, { shape }) => sum + 4 * elements(shape), 0)
  const allowed = limits.memory ?? totalmem() * memoryShare
  if (needed > allowed) throw studioError('model/memory', needed, allowed)
  let read = 0
  const fileBytes = Object.values(source.weights).reduce((sum, { bytes }) => sum + bytes, 0)
  const reading = (bytes: number): void => onProgress('checking the model', (read += bytes), Math.max(fileBytes, read))
  const hash = await identityOf(source.files, cache, reading, signal)
  const { config, tokenizer, licence } = source
  const common = { name, hash, config, tokenizer, ...(licence === undefined ? {} : { licence }) }
  if (mappable(source)) return { ...common, folder: source.folder, weights: source.weights }
  const folder = join(cache, `${hash}-${cacheVersion}`)
  const plan = layOutFile(source)
  if (!(await isFinished(folder, plan))) {
    const written = await finishedTensors(folder)
    const free = limits.disk ?? (await freeDisk(cache))
    const left = plan.bytes - [...written].reduce((sum, tensor) => sum + (plan.weights[tensor]?.bytes ?? 0), 0)
    if (left > free) throw studioError('model/disk-full', left, free)
    await decodeAll(source, plan, folder, written, onProgress, signal)
  }
  return { ...common, folder, weights: plan.weights }
}

/** ONNX Runtime maps float32 at any offset, as long as all files lie in one folder, which they do. */
const mappable = (source: ModelSource): boolean =>
  Object.entries(source.weights).every(([name, { type }]) => type === 'F32' && !source.interleaved(name))

interface Plan {
  readonly weights: Readonly<Record<string, WeightRef>>
  readonly bytes: number
}

const weightsFile = 'weights.bin'

function layOutFile({ weights }: ModelSource): Plan {
  let end = 0
  const placed = Object.entries(weights).map(([name, { shape }]): [string, WeightRef] => {
    const offset = Math.ceil(end / alignment) * alignment
    const bytes = 4 * elements(shape)
    end = offset + bytes
    return [name, { file: weightsFile, offset, bytes, type: 'F32', shape }]
  })
  return { weights: Object.fromEntries(placed), bytes: end }
}

/** Written last: a folder with it is whole. */
const sealOf = (folder: string): string => join(folder, 'finished')
const journalOf = (folder: string): string => join(folder, 'journal')

const isFinished = async (folder: string, { bytes }: Plan): Promise<boolean> =>
  (await readFile(sealOf(folder), 'utf8').catch(() => '')) === String(bytes)

/** Names of the tensors that an interrupted preparation had brought to disk. */
async function finishedTensors(folder: string): Promise<ReadonlySet<string>> {
  const journal = await readFile(journalOf(folder), 'utf8').catch(() => '')
  // What follows the last line break was cut off while it was written.
  return new Set(journal.split('\n').slice(0, -1))
}

async function decodeAll(
  source: ModelSource,
  plan: Plan,
  folder: string,
  written: ReadonlySet<string>,
  onProgress: (stage: string, done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const target = await open(join(folder, weightsFile), written.size > 0 ? 'r+' : 'w')
  const journal = await open(journalOf(folder), 'a')
  let done = 0
  try {
    await target.truncate(plan.bytes)
    for (const [name, from] of Object.entries(source.weights)) {
      const to = plan.weights[name] as WeightRef
      if (!written.has(name)) {
        const sourceFile = await open(join(source.folder, from.file), 'r')
        try {
          for await (const { data, at } of decodedChunks(sourceFile, from, source.interleaved(name), source)) {
            signal?.throwIfAborted()
            await target.write(
              new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
              0,
              data.byteLength,
              to.offset + at,
            )
            await setImmediate()
          }
        } finally {
          await sourceFile.close()
        }
        await target.datasync()
        await journal.write(`${name}\n`)
      }
      done += to.bytes
      onProgress('preparing the model', done, plan.bytes)
    }
  } finally {
    await target.close()
    await journal.close()
  }
  await writeFile(`${sealOf(folder)}.new`, String(plan.bytes), { flush: true })
  await rename(`${sealOf(folder)}.new`, sealOf(folder))
  await rm(journalOf(folder), { force: true })
}

/** A weight's float32 values piece by piece; `at` is the piece's byte offset in the decoded tensor. */
async function* decodedChunks(
  file: Awaited<ReturnType<typeof open>>,
  ref: WeightRef,
  interleaved: boolean,
  { config }: ModelSource,
): AsyncGenerator<{ data: Float32Array; at: number }> {
  const { block, bytes } = encodings[ref.type]
  const columns = ref.shape.at(-1) ?? 1
  // Whole heads, where rows change places within them; whole blocks otherwise.
  const unit = interleaved ? columns * config.headDim : block
  const units = Math.max(1, Math.floor(chunkBytes / 4 / unit))
  const total = elements(ref.shape)
  for (let start = 0; start < total; start += units * unit) {
    const count = Math.min(units * unit, total - start)
    const stored = new Uint8Array((count / block) * bytes)
    const { bytesRead } = await file.read(stored, 0, stored.length, ref.offset + (start / block) * bytes)
    if (bytesRead < stored.length) throw studioError('model/damaged', 'it became shorter while it was read')
    const values = new Float32Array(count)
    decode(ref.type, stored, values)
    yield { data: interleaved ? halfSplit(values, columns, config.headDim) : values, at: 4 * start }
  }
}

/** Rows of each head from interleaved pairs (0 1)(2 3).. to halves: row 2i to i, row 2i + 1 to D/2 + i. */
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

async function freeDisk(cache: string): Promise<number> {
  await mkdir(cache, { recursive: true })
  const { bavail, bsize } = await statfs(cache)
  return bavail * bsize
}
