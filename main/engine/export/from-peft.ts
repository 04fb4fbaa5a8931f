// The table of adapters that are read from PEFT's files: each as a method's settings and tensors.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import { linearNames } from '../../contract/parts.ts'
import type { Placement } from '../../contract/settings.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { scalesInput } from '../method/ia3.ts'
import { methodOf } from '../method/index.ts'
import { type LinearPlace, tensorName } from '../method/linear-places.ts'
import { linearPath } from '../network/linear-update.ts'
import type { PeftConfig } from './peft-config.ts'

export interface PeftFile {
  /** Its name in error messages. */
  readonly file: string
  readonly config: PeftConfig
  readonly tensors: NamedTensors
}

/** What an adapter is here. */
export interface FromPeft {
  readonly method: string
  /** Settings that the method declares, as its tensors have them. */
  readonly settings: object
  /** Where it acts, where the method leaves no choice. */
  readonly placement?: Placement
  /** Ids of the tail, of an adapter that acts on it alone. */
  readonly invocation?: readonly number[]
  /** The method's tensors for a base model of that shape; undefined where they do not fit it. */
  tensorsFor(config: DecoderConfig): NamedTensors | undefined
}

/** By `peft_type`. Errors: any where the tensors are not what the configuration says; 'prompt/…'. */
export const fromPeft: { readonly [type: string]: (adapter: PeftFile) => FromPeft } = {
  PROMPT_TUNING: promptTuning,
  // Once it is tuned, only the virtual tokens are left.
  P_TUNING: promptTuning,
  PREFIX_TUNING: prefixTuning,
  LORA: lora,
  IA3: ia3,
}

function virtualTokens({ tensors }: PeftFile): {
  readonly vectors: Tensor
  readonly tokens: number
  readonly width: number
} {
  const { prompt_embeddings: vectors, ...others } = tensors
  const [tokens = 0, width = 0, ...more] = vectors?.shape ?? []
  if (!vectors || tokens < 1 || tokens > 1024 || more.length > 0 || Object.keys(others).length > 0)
    throw new Error('it has no table of virtual tokens')
  return { vectors, tokens, width }
}

function promptTuning(adapter: PeftFile): FromPeft {
  const { vectors, tokens, width } = virtualTokens(adapter)
  return {
    method: 'prompt-tuning',
    settings: { tokens },
    tensorsFor: ({ hidden }) => (width === hidden ? { prompt: vectors } : undefined),
  }
}

/** The layout of PEFT's table is [P, layers, 2, kvHeads, headDim]. */
function prefixTuning(adapter: PeftFile): FromPeft {
  const { vectors, tokens, width } = virtualTokens(adapter)
  return {
    method: 'prefix-tuning',
    settings: { tokens },
    tensorsFor({ layers, kvHeads, headDim }) {
      const part = kvHeads * headDim
      if (width !== layers * 2 * part) return undefined
      const shape = [tokens, kvHeads, headDim]
      const entries = Array.from({ length: 2 * layers }, (_, i): [string, Tensor][] => {
        const name = `${i % 2 === 0 ? 'keys' : 'values'}.${String(i >> 1)}`
        const data = new Float32Array(tokens * part)
        for (let p = 0; p < tokens; p++)
          data.set(vectors.data.subarray(p * width + i * part, p * width + (i + 1) * part), p * part)
        // Tuned numbers are where a prefix that is not moved from there starts.
        return [
          [name, { shape, data: new Float32Array(data.length) }],
          [`${name}.init`, { shape, data }],
          [`${name}.scale`, { shape: [1], data: Float32Array.of(1) }],
        ]
      })
      return Object.fromEntries(entries.flat())
    },
  }
}

const loraConfig = v.object({
  r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
  lora_alpha: v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1e6)),
  use_rslora: v.nullish(v.boolean(), false),
  lora_bias: v.nullish(v.boolean(), false),
  alora_invocation_tokens: v.nullish(
    v.pipe(
      v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1 << 24))),
      v.minLength(1),
      v.maxLength(1024),
    ),
  ),
})

/** LoRA, activated LoRA where it has an invocation sequence, and biases alone where the matrices add nothing. */
function lora(adapter: PeftFile): FromPeft {
  const { r: rank, lora_alpha, use_rslora, lora_bias, alora_invocation_tokens } = v.parse(loraConfig, adapter.config)
  // Rank-stabilised LoRA divides alpha by the root of the rank.
  const alpha = use_rslora ? lora_alpha * Math.sqrt(rank) : lora_alpha
  const found = placed(adapter, { lora_A: 'lora_A', lora_B: 'lora_B', 'lora_B.bias': 'bias' })
  const matrices = found.filter(({ what }) => what !== 'bias')
  if (new Set(matrices.map((each) => linearPath(each))).size * 2 !== matrices.length)
    throw new Error('a matrix is missing')
  const where = alora_invocation_tokens
    ? { placement: 'after-text' as const, invocation: alora_invocation_tokens }
    : { placement: 'start' as const }
  const onTail = where.placement === 'after-text'
  if (!lora_bias) return { ...updates(adapter, onTail ? 'tail-lora' : 'lora', { rank, alpha }, matrices), ...where }
  const isNothing = matrices.every(({ what, tensor }) => what === 'lora_A' || tensor.data.every((value) => value === 0))
  if (!isNothing) throw studioError('prompt/biases', adapter.file)
  const biases = found
    .filter(({ what }) => what === 'bias')
    .map((each) => ({ ...each, tensor: { ...each.tensor, data: each.tensor.data.map((x) => (x * alpha) / rank) } }))
  return { ...updates(adapter, onTail ? 'tail-bias' : 'bitfit', {}, biases), ...where }
}

function ia3(adapter: PeftFile): FromPeft {
  const found = placed(adapter, { ia3_l: 'ia3_l' }).map((each) => {
    const [rows, columns, ...more] = each.tensor.shape
    if (more.length > 0 || (rows !== 1 && columns !== 1)) throw new Error('its factors are no vectors')
    if ((rows === 1) !== scalesInput(each.linear)) throw studioError('prompt/ia3-inputs', adapter.file)
    return { ...each, tensor: { shape: [each.tensor.data.length], data: each.tensor.data } }
  })
  return { ...updates(adapter, 'ia3', {}, found), placement: 'start' }
}

interface Placed extends LinearPlace {
  readonly what: string
  readonly tensor: Tensor
}

const maxLayers = 1000

/** `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`, taken apart; the last part may name the adapter. */
const tensorPath =
  /^(.*\blayers\.(\d{1,4})\.(?:self_attn|mlp)\.([a-z_]+))\.(lora_A|lora_B|ia3_l)(?:\.default)?(?:\.(weight|bias))?$/

/** Every tensor with its linear map and our name of its kind. Error: 'prompt/targets' for what is none. */
const placed = ({ file, tensors }: PeftFile, kinds: Readonly<Record<string, string>>): readonly Placed[] =>
  Object.entries(tensors).map(([path, tensor]) => {
    const [, module = '', layer = '', name, kind = '', part] = tensorPath.exec(path) ?? []
    const what = kinds[part === 'bias' ? `${kind}.bias` : kind]
    const linear = linearNames.find((each) => each === name)
    const place = linear && { layer: Number(layer), linear }
    if (!what || !place || place.layer >= maxLayers || !module.endsWith(linearPath(place).replace('model.', '')))
      throw studioError('prompt/targets', file, (module || path).replace(/^(base_model\.|model\.)+/, '').slice(0, 120))
    return { ...place, what, tensor }
  })

/**
 * An adapter of linear maps. Of those that it names, a layer that it leaves out is not changed: where the configuration names
 * no layers, the last one must be there, or it is a smaller model's.
 */
function updates(
  { config }: PeftFile,
  method: string,
  own: object,
  found: readonly Placed[],
): Pick<FromPeft, 'method' | 'settings' | 'tensorsFor'> {
  const linears = linearNames.filter((name) => found.some(({ linear }) => linear === name))
  if (linears.length === 0) throw new Error('it changes nothing')
  const settings = { ...own, linears: linears.join(',') }
  const tensors = new Map(found.map((each) => [tensorName(each, each.what), each.tensor]))
  if (tensors.size < found.length) throw new Error('it names a tensor twice')
  const layers = 1 + Math.max(...found.map(({ layer }) => layer))
  const isPart = config['layers_to_transform'] !== null && config['layers_to_transform'] !== undefined
  return {
    method,
    settings,
    tensorsFor(shape) {
      if (isPart ? layers > shape.layers : layers !== shape.layers) return undefined
      const specs = methodOf({ method }).tensors(shape, { tokens: 0, ...settings })
      const all = specs.map(({ name, shape }): [string, Tensor] => [name, tensors.get(name) ?? unchanging(name, shape)])
      const fit = all.every(([, tensor], i) => String(tensor.shape) === String(specs[i]?.shape))
      return fit ? Object.fromEntries(all) : undefined
    },
  }
}

/** Factors of one, matrices and biases of zero. */
function unchanging(name: string, shape: readonly number[]): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
  return { shape, data: name.endsWith('.ia3_l') ? data.fill(1) : data }
}
