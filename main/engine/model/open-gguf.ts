// Opens a GGUF model: its parts' headers, and the place of every weight.
import { open, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { elements } from '../../contract/tensor.ts'
import type { Architecture } from '../network/architectures/index.ts'
import { tokenizerFromGguf } from '../tokens/from-gguf.ts'
import { collect, type FoundTensor, refuseUnasked } from './collect.ts'
import { architectureOfGguf, configFromGguf } from './config-gguf.ts'
import { decode, storedBytes, storedType } from './dequantise.ts'
import { ggmlTypeName } from './ggml-types.ts'
import type { GgufHeader, GgufTensor, Metadata } from './gguf.ts'
import type { ModelSource } from './source.ts'
import { readParts } from './split-gguf.ts'
import { ggufName } from './weights.ts'

/** A tensor and the part that it lies in. */
interface Placed extends GgufTensor {
  readonly path: string
}

/** Throws a StudioError for what is no text model, or none of an architecture in `table`. */
export async function openGguf(files: readonly string[], table: readonly Architecture[]): Promise<ModelSource> {
  const [first = ''] = files
  const headers = await readParts(files)
  const metadata = headers[0]?.metadata ?? new Map()
  refuseOtherKinds(metadata, basename(first))
  const tensors = headers.flatMap((header, at) => header.tensors.map((each) => ({ ...each, path: files[at] ?? first })))
  if (tensors.length === 0) throw studioError('model/damaged', 'it holds no weights, only a vocabulary')
  const header: GgufHeader = { metadata, tensors }
  const architecture = architectureOfGguf(header, table)
  const config = configFromGguf(header, await rotaryFactors(tensors), architecture)
  const { interleavedRotary, layerTensors } = architecture.gguf
  const sizes = new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).size] as const)))
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const spelled = (name: string): string => ggufName(name, layerTensors)
  const weights = collect(
    config,
    (name) => {
      const tensor = byName.get(spelled(name))
      return tensor && found(tensor, sizes.get(tensor.path) ?? 0)
    },
    spelled,
  )
  const used = new Set([...Object.keys(weights).map(spelled), rotaryFactorsName])
  refuseUnasked(byName.keys(), (name) => used.has(name), architecture.title)
  const licence = metadata.get('general.license')
  return {
    files,
    folder: dirname(first),
    config,
    tokenizer: tokenizerFromGguf(metadata),
    weights,
    interleaved: (name) => interleavedRotary && /[qk]_proj\.weight$/.test(name),
    licence: typeof licence === 'string' ? licence : undefined,
    whole: true,
  }
}

function refuseOtherKinds(metadata: Metadata, file: string): void {
  const kind = metadata.get('general.type')
  const architecture = metadata.get('general.architecture')
  if (kind === 'adapter' || metadata.has('adapter.type')) {
    const base = metadata.get('general.base_model.0.name')
    throw studioError('model/adapter', file, typeof base === 'string' ? base.slice(0, 200) : '')
  }
  if (kind === 'mmproj' || kind === 'projector' || architecture === 'clip') throw studioError('model/projector', file)
  if (kind === 'imatrix')
    throw studioError('model/other-format', file, 'an importance matrix', 'Choose the model itself.')
}

/** The tensor with its bytes, where its type is known. Throws model/damaged where the file ends before it. */
function found({ name, shape, type, offset, path }: Placed, size: number): FoundTensor {
  const word = ggmlTypeName(type)
  const stored = storedType(word)
  const bytes = stored && storedBytes(stored, elements(shape))
  if (stored !== undefined && bytes !== undefined && offset + bytes > size)
    throw studioError('model/damaged', `it ends before ${name}`)
  return { file: basename(path), offset, bytes: bytes ?? 0, type: word, shape }
}

const rotaryFactorsName = 'rope_freqs.weight'

async function rotaryFactors(tensors: readonly Placed[]): Promise<Float32Array | undefined> {
  const tensor = tensors.find(({ name }) => name === rotaryFactorsName)
  if (tensor === undefined) return undefined
  const count = elements(tensor.shape)
  if (tensor.type !== 0 || count > 1024) throw studioError('model/damaged', 'its rotary factors cannot be read')
  const file = await open(tensor.path, 'r')
  try {
    const bytes = new Uint8Array(count * 4)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, tensor.offset)
    if (bytesRead < bytes.length) throw studioError('model/damaged', `it ends before ${rotaryFactorsName}`)
    const factors = new Float32Array(count)
    decode('F32', bytes, factors)
    return factors
  } finally {
    await file.close()
  }
}
