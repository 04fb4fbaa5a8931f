// A decoder's shape from GGUF's metadata.
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, RopeScaling } from '../../contract/model.ts'
import { families, familyNamed } from './families.ts'
import type { GgufHeader, Metadata } from './gguf.ts'
import { plausible } from './plausible.ts'

/** Layers of Gemma 3 from one global layer to the next, and its local rotary base, where GGUF states neither. */
const gemmaPattern = 6
const gemmaLocalTheta = 1e4
/** Far above any model: what is larger is damage, and must not be allocated by. */
const maxLayers = 1000

/**
 * `rotaryFactors` are the values of rope_freqs.weight, by which Llama 3.1's GGUF divides its frequencies.
 * Throws model/damaged, model/missing-weight, model/unsupported-family or model/unsupported-feature.
 */
export function configFromGguf({ metadata, tensors }: GgufHeader, rotaryFactors?: Float32Array): DecoderConfig {
  const architecture = metadata.get('general.architecture')
  if (typeof architecture !== 'string') throw studioError('model/damaged', 'it names no architecture')
  const family = familyNamed(architecture, 'gguf')
  const read = reader(metadata, architecture)
  if (read.number('expert_count', 0) > 1) throw studioError('model/unsupported-feature', 'a mixture of experts')
  const hidden = read.size('embedding_length')
  const heads = read.size('attention.head_count')
  const headDim = read.number('attention.key_length', hidden / heads)
  if (read.number('rope.dimension_count', headDim) !== headDim)
    throw studioError('model/unsupported-feature', 'partial rotary embedding')
  const layers = read.size('block_count', maxLayers)
  if (rotaryFactors && rotaryFactors.length !== headDim / 2)
    throw studioError('model/damaged', 'its rotary factors do not fit its heads')
  const gemma = family === 'gemma3'
  const rope = {
    theta: read.number('rope.freq_base', gemma ? 1e6 : 1e4),
    scaling: rotaryFactors ? llama3Scaling(rotaryFactors, metadata, read) : scalingOf(metadata, architecture, read),
  }
  const window = gemma ? read.number('attention.sliding_window', 0) : 0
  const names = new Set(tensors.map(({ name }) => name))
  const embedding = tensors.find(({ name }) => name === 'token_embd.weight')
  if (embedding === undefined) throw studioError('model/missing-weight', 'token_embd.weight')
  return plausible({
    family,
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
    ...families[family].traits,
    embeddingScale: gemma ? Math.fround(Math.sqrt(hidden)) : 1,
    // The 27-billion Gemma 3 is scaled by its width, as llama.cpp knows by its number of layers.
    attentionScale: (gemma && layers === 62 ? hidden / heads : headDim) ** -0.5,
    tiedHead: !names.has('output.weight'),
    rope,
    localRope: gemma ? { theta: read.number('rope.freq_base_swa', gemmaLocalTheta), scaling: { kind: 'none' } } : rope,
    windowedLayers: window > 0 ? windowedLayers(layers, metadata) : Array.from({ length: layers }, () => false),
    window,
  })
}

/** Gemma 3's local layers: newer files state how many make a round, or name each. */
function windowedLayers(layers: number, metadata: Metadata): boolean[] {
  const pattern = metadata.get('gemma3.attention.sliding_window_pattern') ?? gemmaPattern
  if (Array.isArray(pattern)) return Array.from({ length: layers }, (_, layer) => pattern[layer] === true)
  if (typeof pattern !== 'number') throw studioError('model/damaged', 'its pattern of windows is no number')
  return Array.from({ length: layers }, (_, layer) => (layer + 1) % pattern !== 0)
}

interface Reader {
  number(key: string, otherwise: number): number
  /** A whole number from 1 to `most` that must be there. */
  size(key: string, most?: number): number
}

function reader(metadata: Metadata, architecture: string): Reader {
  const number = (key: string, otherwise: number): number => {
    const value = metadata.get(`${architecture}.${key}`) ?? otherwise
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

function scalingOf(metadata: Metadata, architecture: string, read: Reader): RopeScaling {
  const kind = metadata.get(`${architecture}.rope.scaling.type`) ?? 'none'
  if (kind === 'none') return { kind }
  if (kind === 'linear') return { kind, factor: read.number('rope.scaling.factor', 1) }
  throw studioError('model/unsupported-feature', `rope scaling "${String(kind)}"`)
}

/** Llama 3's published constants reproduce the factors, or the model is another's. */
function llama3Scaling(factors: Float32Array, metadata: Metadata, read: Reader): RopeScaling {
  const factor = factors.reduce((most, value) => Math.max(most, value), 1)
  const scaling = {
    kind: 'llama3',
    factor,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalContext: 8192,
  } as const
  const theta = read.number('rope.freq_base', 1e4)
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
