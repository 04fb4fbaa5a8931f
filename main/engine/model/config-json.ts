// A decoder's shape from Hugging Face's config.json, of transformers 4 and 5.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, Rope, RopeScaling } from '../../contract/model.ts'
import { type Architecture, architectures, byModelType } from '../network/architectures/index.ts'
import { refuseOtherMathematics, refuseQuantised } from './other-mathematics.ts'
import { plausible } from './plausible.ts'

const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31))
const factor = v.pipe(v.number(), v.finite(), v.minValue(1e-9))
const ropeEntry = v.looseObject({
  rope_theta: v.optional(factor),
  rope_type: v.optional(v.string()),
  type: v.optional(v.string()),
  factor: v.optional(factor),
  low_freq_factor: v.optional(factor),
  high_freq_factor: v.optional(factor),
  original_max_position_embeddings: v.optional(size),
  partial_rotary_factor: v.nullish(v.number()),
})
type RopeEntry = v.InferOutput<typeof ropeEntry>

const schema = v.looseObject({
  model_type: v.string(),
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: v.pipe(size, v.maxValue(1000)),
  num_attention_heads: size,
  num_key_value_heads: v.nullish(size),
  head_dim: v.nullish(size),
  vocab_size: size,
  max_position_embeddings: size,
  rms_norm_eps: v.optional(factor, 1e-6),
  tie_word_embeddings: v.nullish(v.boolean()),
  hidden_act: v.nullish(v.string()),
  hidden_activation: v.nullish(v.string()),
  attention_bias: v.nullish(v.boolean()),
  mlp_bias: v.nullish(v.boolean()),
  rope_theta: v.nullish(factor),
  rope_local_base_freq: v.nullish(factor),
  rope_scaling: v.nullish(ropeEntry),
  rope_parameters: v.nullish(
    v.intersect([
      v.looseObject({ full_attention: v.optional(ropeEntry), sliding_attention: v.optional(ropeEntry) }),
      ropeEntry,
    ]),
  ),
  sliding_window: v.nullish(size),
  use_sliding_window: v.nullish(v.boolean()),
  max_window_layers: v.nullish(v.number()),
  sliding_window_pattern: v.nullish(size),
  _sliding_window_pattern: v.nullish(size),
  use_bidirectional_attention: v.nullish(v.boolean()),
  layer_types: v.nullish(v.array(v.string())),
  query_pre_attn_scalar: v.nullish(factor),
  num_experts: v.nullish(v.number()),
  num_local_experts: v.nullish(v.number()),
  original_max_position_embeddings: v.nullish(size),
  partial_rotary_factor: v.nullish(v.number()),
  attn_logit_softcapping: v.nullish(v.number()),
  final_logit_softcapping: v.nullish(v.number()),
})
type Config = v.InferOutput<typeof schema>

/** A text model's description, or that of a larger model within which it lies. */
const outer = v.looseObject({ model_type: v.string(), text_config: v.optional(v.looseObject({})) })

function outerOf(json: unknown): v.InferOutput<typeof outer> {
  const parsed = v.safeParse(outer, json)
  if (!parsed.success) throw studioError('model/damaged', 'its config.json names no model type')
  return parsed.output
}

/** The one of `table` that config.json names. Throws model/damaged or model/unsupported-family. */
export const architectureOfJson = (json: unknown, table = architectures): Architecture =>
  byModelType(outerOf(json).model_type, table)

/** Throws model/damaged, model/unsupported-family or model/unsupported-feature. */
export function configFromJson(json: unknown, architecture = architectureOfJson(json)): DecoderConfig {
  const { name, traits, embeddingScale, safetensors } = architecture
  const whole = outerOf(json)
  const { model_type, text_config: inner = whole } = whole
  const parsed = v.safeParse(schema, { ...safetensors.defaults, ...inner, model_type })
  if (!parsed.success)
    throw studioError('model/damaged', `its config.json is incomplete (${v.getDotPath(parsed.issues[0]) ?? ''})`)
  const config = parsed.output
  refuseQuantised(whole, inner)
  refuseWhatIsMissing(config, traits)
  refuseOtherMathematics(inner)
  const heads = config.num_attention_heads
  const headDim = config.head_dim ?? config.hidden_size / heads
  const windowed = windowedLayers(config, safetensors)
  return plausible({
    family: name,
    layers: config.num_hidden_layers,
    hidden: config.hidden_size,
    heads,
    kvHeads: config.num_key_value_heads ?? heads,
    headDim,
    intermediate: config.intermediate_size,
    vocab: config.vocab_size,
    context: config.max_position_embeddings,
    normEps: config.rms_norm_eps,
    normOffset: safetensors.normOffset,
    ...traits,
    embeddingScale: embeddingScale(config.hidden_size),
    attentionScale: (config.query_pre_attn_scalar ?? headDim) ** -0.5,
    tiedHead: config.tie_word_embeddings ?? false,
    ...ropes(config, architecture),
    windowedLayers: windowed,
    window: windowed.includes(true) ? (config.sliding_window ?? 0) : 0,
  })
}

function refuseWhatIsMissing(config: Config, traits: Architecture['traits']): void {
  const activation = config.hidden_activation ?? config.hidden_act ?? 'silu'
  const known = traits.activation === 'silu' ? ['silu', 'swish'] : ['gelu_pytorch_tanh']
  const missing = [
    [!known.includes(activation), `activation ${activation}`],
    [config.attention_bias === true && !traits.qkvBias, 'attention biases'],
    [config.use_bidirectional_attention === true, 'attention in both directions'],
    [config.mlp_bias === true, 'feed-forward biases'],
    [(config.num_experts ?? config.num_local_experts ?? 0) > 1, 'a mixture of experts'],
    [ropeEntries(config).some((rope) => (rope.partial_rotary_factor ?? 1) !== 1), 'partial rotary embedding'],
    [Boolean(config.attn_logit_softcapping) || Boolean(config.final_logit_softcapping), 'soft-capped logits'],
  ] as const
  for (const [isMissing, feature] of missing) if (isMissing) throw studioError('model/unsupported-feature', feature)
}

/** Every description of a rotation in the config; the config itself holds one in its older form. */
const ropeEntries = ({ partial_rotary_factor, rope_parameters: parameters, rope_scaling: scaling }: Config) =>
  [{ partial_rotary_factor }, parameters, parameters?.full_attention, parameters?.sliding_attention, scaling].filter(
    (entry) => entry !== undefined && entry !== null,
  )

function windowedLayers(config: Config, { windowed }: Architecture['safetensors']): boolean[] {
  const every = Array.from({ length: config.num_hidden_layers }, (_, layer) => layer)
  if (!config.sliding_window || config.use_sliding_window === false || !windowed) return every.map(() => false)
  const { layer_types: types } = config
  if (types && config.model_type !== 'mistral') {
    const unknown = types.find((type) => type !== 'sliding_attention' && type !== 'full_attention')
    if (unknown !== undefined) throw studioError('model/unsupported-feature', `layers of the kind "${unknown}"`)
    if (types.length < every.length) throw studioError('model/damaged', 'it does not name the kind of every layer')
    return every.map((layer) => types[layer] === 'sliding_attention')
  }
  return every.map(windowed(config))
}

/** As in transformers, `rope_scaling` counts before `rope_parameters`, and for Gemma it adds to its global layers' ones. */
function ropes(config: Config, architecture: Architecture): Pick<DecoderConfig, 'rope' | 'localRope'> {
  const { rope_parameters: parameters, rope_scaling: scaling } = config
  const { rotaryBase, localRotaryBase } = architecture
  const theta = config.rope_theta ?? rotaryBase
  const { full_attention: full, sliding_attention: sliding } = parameters ?? {}
  const isNested = full !== undefined || sliding !== undefined
  if (localRotaryBase === undefined) {
    if (isNested) throw studioError('model/unsupported-feature', 'rotations that differ between its layers')
    const rope = ropeOf(config, scaling ?? parameters ?? {}, theta)
    return { rope, localRope: rope }
  }
  return {
    rope: ropeOf(config, { ...(isNested ? full : parameters), ...scaling }, theta),
    localRope: ropeOf(config, sliding ?? {}, config.rope_local_base_freq ?? localRotaryBase),
  }
}

/** What the entry leaves out, the config states elsewhere; Llama 3's original context counts outside before inside. */
function ropeOf(config: Config, entry: RopeEntry, theta: number): Rope {
  const original =
    config.original_max_position_embeddings ?? entry.original_max_position_embeddings ?? config.max_position_embeddings
  return {
    theta: entry.rope_theta ?? theta,
    scaling: scalingOf({ ...entry, original_max_position_embeddings: original }),
  }
}

function scalingOf(entry: RopeEntry): RopeScaling {
  const kind = entry.rope_type ?? entry.type ?? 'default'
  if (kind === 'default') return { kind: 'none' }
  if (kind !== 'linear' && kind !== 'llama3') throw studioError('model/unsupported-feature', `rope scaling "${kind}"`)
  const stated = (name: Exclude<keyof RopeEntry, 'rope_type' | 'type'>): number => {
    const value = entry[name]
    if (typeof value !== 'number') throw studioError('model/damaged', `its rope scaling lacks ${name}`)
    return value
  }
  if (kind === 'linear') return { kind, factor: stated('factor') }
  return {
    kind,
    factor: stated('factor'),
    lowFrequencyFactor: stated('low_freq_factor'),
    highFrequencyFactor: stated('high_freq_factor'),
    originalContext: stated('original_max_position_embeddings'),
  }
}
