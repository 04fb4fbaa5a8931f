// Prepares a model for ONNX Runtime: weights are used in place where their type allows it, and written once otherwise.
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { QuantisedWeight, PrecisionName, PreparedModel, WeightPart, WeightRef } from '../../contract/model.ts'
import { precisionNames } from '../../contract/settings.ts'
import { elements } from '../../contract/tensor.ts'
import type { Architecture } from '../network/architectures/index.ts'
import { type QuantScheme, partBytes } from './quantisation/scheme.ts'
import { identityOf, identityOfModel } from './identity.ts'
import { openModel } from './open.ts'
import type { ModelSource } from './source.ts'
import { byteCodes } from '../runtime/byte-products.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { type Precision, precisions, versionsOf } from './precisions.ts'
import { storedRows } from './stored.ts'

export interface PrepareOptions {
  readonly name: string
  /** float32 where not given. */
  readonly precision?: PrecisionName
  readonly onProgress?: (stage: string, done: number, total: number) => void
  readonly signal?: AbortSignal
  /** Bytes that may be used; the machine's own where not given. */
  readonly limits?: { readonly memory?: number; readonly disk?: number }
  /** Those that may be opened; all that the engine knows where not given. */
  readonly architectures?: readonly Architecture[]
}

/** Bytes that each part's offset is a multiple of. */
const alignment = 64
/** Share of the memory that weights may take. */
const memoryShare = 0.7

/**
 * Prepares the model at `path` within the folder `cache`. Goes on where an interrupted preparation was; a finished one
 * is only opened. Throws model/disk-full and model/memory before any work, and an AbortError when `signal` says so.
 */
export async function prepareModel(path: string, cache: string, options: PrepareOptions): Promise<PreparedModel> {
  const { name, precision = 'float32', onProgress = () => undefined, signal, limits = {} } = options
  const source = await openModel(path, options.architectures)
  const how = precisions[precision](await byteCodes())
  const plan = layOutFile(source, how)
  const needed = plan.bytes
  const allowed = limits.memory ?? totalMemory() * memoryShare
  if (needed > allowed) throw studioError('model/memory', needed, allowed)
  let read = 0
  const fileBytes = Object.values(source.weights).reduce((sum, { bytes }) => sum + bytes, 0)
  const reading = (bytes: number): void => onProgress('checking the model', (read += bytes), Math.max(fileBytes, read))
  const weightsHash = await identityOf(source.files, cache, reading, signal)
  const hash = identityOfModel(source, weightsHash)
  const { config, tokenizer, licence } = source
  const origin = { path, cache }
  const common = {
    name,
    hash,
    weightsHash,
    config,
    tokenizer,
    precision,
    origin,
    ...(licence === undefined ? {} : { licence }),
  }
  if (mappable(source, how)) return { ...common, folder: source.folder, weights: source.weights }
  const folder = join(cache, `${weightsHash}-${how.version}`)
  if (!(await isFinished(folder, plan))) {
    const written = await finishedTensors(folder, plan)
    const free = limits.disk ?? (await freeDisk(cache))
    const left = plan.bytes - [...written].reduce((sum, tensor) => sum + (plan.places.get(tensor)?.bytes ?? 0), 0)
    if (left > free) throw studioError('model/disk-full', left, free)
    await writeAll(source, plan, folder, written, onProgress, signal).catch(async (error: unknown) => {
      // Another program has filled the disk meanwhile.
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
        throw studioError('model/disk-full', left, await freeDisk(cache))
      throw error
    })
  }
  return { ...common, folder, ...preparedWeights(plan) }
}

/** Folders of the prepared copies of the weights with that hash, one for each version of a precision. */
export const preparedFolders = (cache: string, hash: string): string[] =>
  precisionNames.flatMap(versionsOf).map((version) => join(cache, `${hash}-${version}`))

/** Precisions in which the weights with that hash are prepared already. */
export const preparedPrecisions = (cache: string, hash: string): PrecisionName[] =>
  precisionNames.filter((name) =>
    versionsOf(name).some((version) => existsSync(sealOf(join(cache, `${hash}-${version}`)))),
  )

/** ONNX Runtime maps float32 at any offset, as long as all files are in one folder, which they are. */
const mappable = (source: ModelSource, { schemeOf }: Precision): boolean =>
  Object.entries(source.weights).every(
    ([name, ref]) => ref.type === 'F32' && schemeOf(name, ref).name === undefined && !source.interleaved(name),
  )

/** Where a weight's parts are written, and by which scheme. */
interface Place {
  readonly scheme: QuantScheme
  readonly shape: readonly number[]
  readonly parts: Readonly<Record<string, WeightPart>>
  readonly bytes: number
}

interface Plan {
  readonly places: ReadonlyMap<string, Place>
  readonly bytes: number
}

const weightsFile = 'weights.bin'

function layOutFile({ weights }: ModelSource, { schemeOf }: Precision): Plan {
  let end = 0
  const place = ({ type, shape }: Pick<WeightPart, 'type' | 'shape'>): WeightPart => {
    const offset = Math.ceil(end / alignment) * alignment
    const bytes = partBytes(type, elements(shape))
    end = offset + bytes
    return { file: weightsFile, offset, bytes, type, shape }
  }
  const places = Object.entries(weights).map(([name, ref]): [string, Place] => {
    const scheme = schemeOf(name, ref)
    const parts = Object.entries(scheme.parts(ref)).map(([part, wanted]): [string, WeightPart] => [part, place(wanted)])
    const bytes = parts.reduce((sum, [, part]) => sum + part.bytes, 0)
    return [name, { scheme, shape: ref.shape, parts: Object.fromEntries(parts), bytes }]
  })
  return { places: new Map(places), bytes: end }
}

/** The weights as a graph asks for them. */
function preparedWeights({ places }: Plan): Pick<PreparedModel, 'weights' | 'quantised'> {
  const weights: Record<string, WeightRef> = {}
  const quantised: Record<string, QuantisedWeight> = {}
  for (const [name, { scheme, shape, parts }] of places)
    if (scheme.name) quantised[name] = { scheme: scheme.name, shape, parts }
    else weights[name] = { ...(parts['values'] as WeightPart), type: 'F32' }
  return Object.keys(quantised).length === 0 ? { weights } : { weights, quantised }
}

/** A file that is written last: a folder with it is complete. */
const sealOf = (folder: string): string => join(folder, 'finished')
const journalOf = (folder: string): string => join(folder, 'journal')

// Without its seal it was never finished.
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

async function writeAll(
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
      const to = plan.places.get(name) as Place
      if (!written.has(name)) {
        const headDim = source.interleaved(name) ? source.config.headDim : undefined
        const writer = to.scheme.writer(from, async (part, data, at) => {
          await target.write(data, 0, data.byteLength, (to.parts[part]?.offset ?? 0) + at)
        })
        for await (const rows of storedRows(source.folder, from, headDim)) {
          signal?.throwIfAborted()
          await writer.rows(rows)
          await setImmediate()
        }
        await writer.end()
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
