// Makes a model ready for ONNX Runtime: float32 weights in place where they are that already, decoded once otherwise.
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel, WeightRef } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { decoded } from './decoded.ts'
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
const memoryShare = 0.7

/**
 * Prepares the model at `path` within the folder `cache`. Goes on where an interrupted preparation was; a finished one
 * is only opened. Throws model/disk-full and model/memory before any work, and an AbortError when `signal` says so.
 */
export async function prepareModel(path: string, cache: string, options: PrepareOptions): Promise<PreparedModel> {
  const { name, onProgress = () => undefined, signal, limits = {} } = options
  const source = await openModel(path)
  const needed = Object.values(source.weights).reduce((sum, { shape }) => sum + 4 * elements(shape), 0)
  const allowed = limits.memory ?? Math.min(totalmem(), process.constrainedMemory() || Infinity) * memoryShare
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
    const written = await finishedTensors(folder, plan)
    const free = limits.disk ?? (await freeDisk(cache))
    const left = plan.bytes - [...written].reduce((sum, tensor) => sum + (plan.weights[tensor]?.bytes ?? 0), 0)
    if (left > free) throw studioError('model/disk-full', left, free)
    await decodeAll(source, plan, folder, written, onProgress, signal).catch(async (error: unknown) => {
      // Something else has filled the disk meanwhile.
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
        throw studioError('model/disk-full', left, await freeDisk(cache))
      throw error
    })
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

const isFinished = async (folder: string, plan: Plan): Promise<boolean> =>
  (await readFile(sealOf(folder), 'utf8').catch(() => '')) === String(plan.bytes) && (await hasAllBytes(folder, plan))

/** A file that someone has deleted or cut is prepared anew. */
const hasAllBytes = (folder: string, { bytes }: Plan): Promise<boolean> =>
  stat(join(folder, weightsFile)).then(
    ({ size }) => size === bytes,
    () => false,
  )

/** Names of the tensors that an interrupted preparation had brought to disk. */
async function finishedTensors(folder: string, plan: Plan): Promise<ReadonlySet<string>> {
  if (!(await hasAllBytes(folder, plan))) return new Set()
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
  const journal = await open(journalOf(folder), written.size > 0 ? 'a' : 'w')
  let done = 0
  try {
    await target.truncate(plan.bytes)
    for (const [name, from] of Object.entries(source.weights)) {
      const to = plan.weights[name] as WeightRef
      if (!written.has(name)) {
        const headDim = source.interleaved(name) ? source.config.headDim : undefined
        for await (const { data, at } of decoded(source.folder, from, headDim)) {
          signal?.throwIfAborted()
          await target.write(data, 0, data.byteLength, to.offset + at)
          await setImmediate()
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

async function freeDisk(cache: string): Promise<number> {
  await mkdir(cache, { recursive: true })
  const { bavail, bsize } = await statfs(cache)
  return bavail * bsize
}
