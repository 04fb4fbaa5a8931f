// Opens a base model: reads headers only, and refuses by name whatever the network could not run.
import { open, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, TokenizerFiles, WeightRef } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { type Architecture, architectures } from '../network/architectures/index.ts'
import { tokenizerFromGguf } from '../tokens/from-gguf.ts'
import { architectureOfGguf, configFromGguf } from './config-gguf.ts'
import { architectureOfJson, configFromJson } from './config-json.ts'
import { decode, ggmlType, storedBytes } from './dequantise.ts'
import { type GgufHeader, readGguf } from './gguf.ts'
import { exists, folderOf, readSafetensorsFolder } from './safetensors.ts'
import { ggufName, neededWeights } from './weights.ts'

/** A model on disk. */
export interface ModelSource {
  /** Files whose bytes make its identity, absolute. */
  readonly files: readonly string[]
  /** Folder that the weights' file names are relative to. */
  readonly folder: string
  readonly config: DecoderConfig
  readonly tokenizer: TokenizerFiles
  /** Every weight the network needs, by Hugging Face's names. */
  readonly weights: Readonly<Record<string, WeightRef>>
  /** Whether a weight's rows are in the order of interleaved rotary pairs. */
  readonly interleaved: (name: string) => boolean
  readonly licence: string | undefined
}

/**
 * A .gguf file, a folder with safetensors, or one of its files, of an architecture in `table`. Throws a StudioError for
 * anything else.
 */
export async function openModel(path: string, table = architectures): Promise<ModelSource> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw studioError('model/not-found', path)
  if (found.isFile() && path.toLowerCase().endsWith('.gguf')) return openGguf(path, table)
  const folder = await folderOf(path)
  if (await exists(join(folder, 'config.json'))) return openFolder(folder, table)
  throw studioError('model/unknown-kind', path)
}

async function openGguf(path: string, table: readonly Architecture[]): Promise<ModelSource> {
  const header = await readGguf(path)
  const { size } = await stat(path)
  const factors = await rotaryFactors(path, header)
  const architecture = architectureOfGguf(header, table)
  const config = configFromGguf(header, factors, architecture)
  const { interleavedRotary, layerTensors } = architecture.gguf
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]))
  const weights = collect(config, (name) => {
    const tensor = byName.get(ggufName(name, layerTensors))
    if (tensor === undefined) return undefined
    const type = ggmlType(tensor.type)
    if (type === undefined) throw studioError('model/unsupported-type', tensor.name, `GGML type ${tensor.type}`)
    if (storedBytes(type, tensor.shape.at(-1) ?? 1) === undefined)
      throw studioError('model/damaged', `rows of ${tensor.name} are no whole blocks`)
    const bytes = storedBytes(type, elements(tensor.shape))
    if (bytes === undefined || tensor.offset + bytes > size)
      throw studioError('model/damaged', `it ends before ${tensor.name}`)
    return { file: basename(path), offset: tensor.offset, bytes, type, shape: tensor.shape }
  })
  const licence = header.metadata.get('general.license')
  return {
    files: [path],
    folder: dirname(path),
    config,
    tokenizer: tokenizerFromGguf(header.metadata),
    weights,
    interleaved: (name) => interleavedRotary && /[qk]_proj\.weight$/.test(name),
    licence: typeof licence === 'string' ? licence : undefined,
  }
}

async function openFolder(folder: string, table: readonly Architecture[]): Promise<ModelSource> {
  const json = await readJson(join(folder, 'config.json'))
  const architecture = architectureOfJson(json, table)
  const config = configFromJson(json, architecture)
  const { tensorNames } = architecture.safetensors
  const tensors = await readSafetensorsFolder(folder)
  const find = (name: string): WeightRef | undefined =>
    tensorNames(name)
      .map((spelled) => tensors[spelled])
      .find(Boolean)
  // Some files store the head though it equals the embedding, others leave it out without declaring it tied.
  const tiedHead = config.tiedHead || find('lm_head.weight') === undefined
  const weights = collect({ ...config, tiedHead }, find)
  const tokenizerConfig = join(folder, 'tokenizer_config.json')
  const template = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined)
  return {
    files: [...new Set(Object.values(weights).map(({ file }) => join(folder, file)))].sort(),
    folder,
    config: { ...config, tiedHead },
    tokenizer: {
      tokenizer: await readJson(join(folder, 'tokenizer.json')),
      config: {
        ...(template === undefined ? {} : { chat_template: template }),
        ...((await exists(tokenizerConfig)) ? await readJson(tokenizerConfig) : {}),
      },
    },
    weights,
    interleaved: () => false,
    licence: undefined,
  }
}

/** The needed weights with their shapes checked. */
function collect(config: DecoderConfig, find: (name: string) => WeightRef | undefined): Record<string, WeightRef> {
  const weights: Record<string, WeightRef> = {}
  for (const [name, shape] of neededWeights(config)) {
    const ref = find(name)
    if (ref === undefined) throw studioError('model/missing-weight', name)
    if (ref.shape.join() !== shape.join())
      throw studioError('model/wrong-shape', name, `[${ref.shape.join(', ')}]`, `[${shape.join(', ')}]`)
    weights[name] = ref
  }
  return weights
}

async function rotaryFactors(path: string, { tensors }: GgufHeader): Promise<Float32Array | undefined> {
  const found = tensors.find(({ name }) => name === 'rope_freqs.weight')
  if (found === undefined) return undefined
  const count = elements(found.shape)
  if (found.type !== 0 || count > 1024) throw studioError('model/damaged', 'its rotary factors cannot be read')
  const file = await open(path, 'r')
  try {
    const bytes = new Uint8Array(count * 4)
    await file.read(bytes, 0, bytes.length, found.offset)
    const factors = new Float32Array(count)
    decode('F32', bytes, factors)
    return factors
  } finally {
    await file.close()
  }
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw studioError('model/missing-file', basename(path))
  })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Falls through to the same sentence.
  }
  throw studioError('model/damaged', `${basename(path)} is not valid JSON`)
}
