// A decoder's shape from GGUF's metadata.
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, RopeScaling } from '../../contract/model.ts'
import { type Architecture, architectures, byGgufName } from '../network/architectures/index.ts'
import type { GgufHeader, Metadata, MetadataValue } from './gguf.ts'
import { refuseOtherKeys } from './gguf-keys.ts'
import { plausible } from './plausible.ts'

/** Far above any model: what is larger is damage, and must not be allocated by. */
const maxLayers = 1000

/** By what the file's keys begin. */
function prefixOf({ metadata }: Pick<GgufHeader, 'metadata'>): string {
  const name = metadata.get('general.architecture')
  if (typeof name !== 'string') throw studioError('model/damaged', 'it names no architecture')
  return name
}

/** The one of `table` that the file names. Throws model/damaged or model/unsupported-family. */
export const architectureOfGguf = (header: GgufHeader, table = architectures): Architecture =>
  byGgufName(prefixOf(header), table)

/**
 * `rotaryFactors` are the values of rope_freqs.weight, by which Llama 3.1's GGUF divides its frequencies.
 * Throws model/damaged, model/missing-weight, model/unsupported-family or model/unsupported-feature.
 */
export function configFromGguf(
  header: GgufHeader,
  rotaryFactors?: Float32Array,
  architecture = architectureOfGguf(header),
): DecoderConfig {
  const { metadata, tensors } = header
  const { name, traits, embeddingScale, rotaryBase, localRotaryBase, gguf } = architecture
  const prefix = prefixOf(header)
  const read = reader(metadata, prefix)
  if (read.number('expert_count', 0) > 1) throw studioError('model/unsupported-feature', 'a mixture of experts')
  const hidden = read.size('embedding_length')
  const heads = read.size('attention.head_count')
  const headDim = read.number('attention.key_length', hidden / heads)
  if (read.number('rope.dimension_count', headDim) !== headDim)
    throw studioError('model/unsupported-feature', 'partial rotary embedding')
  const layers = read.size('block_count', maxLayers)
  if (rotaryFactors && rotaryFactors.length !== headDim / 2)
    throw studioError('model/damaged', 'its rotary factors do not fit its heads')
  const theta = read.number('rope.freq_base', rotaryBase)
  const rope = {
    theta,
    scaling: rotaryFactors ? llama3Scaling(rotaryFactors, theta, metadata) : scalingOf(metadata, prefix, read),
  }
  for (const [key, usual] of Object.entries({ 'attention.value_length': headDim, 'attention.key_length_swa': headDim }))
    if (read.number(key, usual) !== usual) throw studioError('model/unsupported-feature', 'values of another width')
  refuseOtherKeys(metadata, prefix)
  const window = read.number('attention.sliding_window', 0)
  if (window > 0 && gguf.windowPattern === undefined && !metadata.has(`${prefix}.attention.sliding_window_pattern`))
    throw studioError('model/unsupported-feature', 'a sliding window in layers that it does not name')
  const pattern = metadata.get(`${prefix}.attention.sliding_window_pattern`) ?? gguf.windowPattern
  const tensorNamed = (wanted: string) => tensors.find((tensor) => tensor.name === wanted)
  const embedding = tensorNamed('token_embd.weight')
  if (embedding === undefined) throw studioError('model/missing-weight', 'token_embd.weight')
  return plausible({
    family: name,
    layers,
    hidden,
    heads,
    kvHeads: read.number('attention.head_count_kv', heads),
    headDim,
    intermediate: read.size('feed_forward_length'),
    vocab: embedding.shape[0] ?? 0,
    context: read.number('context_length', 2048),
    normEps: read.number('attention.layer_norm_rms_epsilon', 1e-6),
    normOffset: 0,
    ...traits,
    embeddingScale: embeddingScale(hidden),
    attentionScale: gguf.attentionWidth({ layers, hidden, heads, headDim }) ** -0.5,
    tiedHead: tensorNamed('output.weight') === undefined,
    rope,
    localRope:
      localRotaryBase === undefined
        ? rope
        : { theta: read.number('rope.freq_base_swa', localRotaryBase), scaling: { kind: 'none' } },
    windowedLayers: window > 0 ? windowedLayers(layers, pattern) : Array.from({ length: layers }, () => false),
    window,
  })
}

/** By the pattern: how many layers go from one global layer to the next, or of each layer whether it has a window. */
function windowedLayers(layers: number, pattern: MetadataValue | undefined): boolean[] {
  if (Array.isArray(pattern)) return Array.from({ length: layers }, (_, layer) => pattern[layer] === true)
  if (typeof pattern !== 'number') throw studioError('model/damaged', 'its pattern of windows is no number')
  return Array.from({ length: layers }, (_, layer) => (layer + 1) % pattern !== 0)
}

interface Reader {
  number(key: string, otherwise: number): number
  /** A whole number from 1 to `most` that must be there. */
  size(key: string, most?: number): number
}

function reader(metadata: Metadata, prefix: string): Reader {
  const number = (key: string, otherwise: number): number => {
    const value = metadata.get(`${prefix}.${key}`) ?? otherwise
    if (Array.isArray(value)) throw studioError('model/unsupported-feature', `a ${key} of its own for each layer`)
    if (typeof value !== 'number' && typeof value !== 'bigint')
      throw studioError('model/damaged', `its ${key} is no number`)
    return Number(value)
  }
  return {
    number,
    size(key, most = 2 ** 31) {
      const value = number(key, 0)
      if (!Number.isSafeInteger(value) || value < 1 || value > most)
        throw studioError('model/damaged', `it does not state its ${key}`)
      return value
    },
  }
}

function scalingOf(metadata: Metadata, prefix: string, read: Reader): RopeScaling {
  const older = read.number('rope.scale_linear', 1)
  const kind = metadata.get(`${prefix}.rope.scaling.type`) ?? (older === 1 ? 'none' : 'linear')
  if (kind === 'none') return { kind }
  if (kind === 'linear') return { kind, factor: read.number('rope.scaling.factor', older) }
  throw studioError('model/unsupported-feature', `rope scaling "${String(kind)}"`)
}

/** Llama 3's published constants reproduce the factors, or the model is another's. */
function llama3Scaling(factors: Float32Array, theta: number, metadata: Metadata): RopeScaling {
  const factor = factors.reduce((most, value) => Math.max(most, value), 1)
  const scaling = {
    kind: 'llama3',
    factor,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalContext: 8192,
  } as const
  const expected = llama3Factors(factors.length, theta, scaling)
  if (factors.some((value, i) => Math.abs(value / (expected[i] ?? 0) - 1) > 1e-3))
    throw studioError(
      'model/unsupported-feature',
      `rotary factors of its own (${String(metadata.get('general.name') ?? '')})`,
    )
  return scaling
}

/** By what each frequency is divided. */
function llama3Factors(count: number, theta: number, scaling: Extract<RopeScaling, { kind: 'llama3' }>): number[] {
  return Array.from({ length: count }, (_, i) => {
    const turns = (scaling.originalContext * theta ** (-i / count)) / (2 * Math.PI)
    const { lowFrequencyFactor: low, highFrequencyFactor: high, factor } = scaling
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)))
    return 1 / (kept + (1 - kept) / factor)
  })
}
