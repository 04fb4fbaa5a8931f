// A decoder's shape from Hugging Face's config.json, of transformers 4 and 5.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, FamilyName, Rope, RopeScaling } from '../../contract/model.ts'
import { families, familyNamed } from './families.ts'
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
  partial_rotary_factor: v.optional(v.number()),
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
  partial_rotary_factor: v.nullish(v.number()),
  attn_logit_softcapping: v.nullish(v.number()),
  final_logit_softcapping: v.nullish(v.number()),
})
type Config = v.InferOutput<typeof schema>

/** Throws model/damaged, model/unsupported-family or model/unsupported-feature. */
export function configFromJson(json: unknown): DecoderConfig {
  const outer = v.safeParse(v.looseObject({ model_type: v.string(), text_config: v.optional(v.looseObject({})) }), json)
  if (!outer.success) throw studioError('model/damaged', 'its config.json names no model type')
  const family = familyNamed(outer.output.model_type, 'types')
  const { model_type, text_config: inner = outer.output } = outer.output
  const parsed = v.safeParse(schema, { ...families[family].defaults, ...inner, model_type })
  if (!parsed.success)
    throw studioError('model/damaged', `its config.json is incomplete (${v.getDotPath(parsed.issues[0]) ?? ''})`)
  const config = parsed.output
  refuseWhatIsMissing(config, families[family].traits)
  const heads = config.num_attention_heads
  const headDim = config.head_dim ?? config.hidden_size / heads
  const windowed = windowedLayers(config, family)
  return plausible({
    family,
    layers: config.num_hidden_layers,
    hidden: config.hidden_size,
    heads,
    kvHeads: config.num_key_value_heads ?? heads,
    headDim,
    intermediate: config.intermediate_size,
    vocab: config.vocab_size,
    context: config.max_position_embeddings,
    normEps: config.rms_norm_eps,
    normOffset: families[family].normOffset,
    ...families[family].traits,
    embeddingScale: family === 'gemma3' ? Math.fround(Math.sqrt(config.hidden_size)) : 1,
    attentionScale: (config.query_pre_attn_scalar ?? headDim) ** -0.5,
    tiedHead: config.tie_word_embeddings ?? false,
    ...ropes(config, family),
    windowedLayers: windowed,
    window: windowed.includes(true) ? (config.sliding_window ?? 0) : 0,
  })
}

function refuseWhatIsMissing(config: Config, traits: Pick<DecoderConfig, 'activation' | 'qkvBias'>): void {
  const activation = config.hidden_activation ?? config.hidden_act ?? 'silu'
  const known = traits.activation === 'silu' ? ['silu', 'swish'] : ['gelu_pytorch_tanh']
  const missing = [
    [!known.includes(activation), `activation ${activation}`],
    [config.attention_bias === true && !traits.qkvBias, 'attention biases'],
    [config.use_bidirectional_attention === true, 'attention in both directions'],
    [config.mlp_bias === true, 'feed-forward biases'],
    [(config.num_experts ?? config.num_local_experts ?? 0) > 1, 'a mixture of experts'],
    [
      (config.partial_rotary_factor ?? config.rope_parameters?.partial_rotary_factor ?? 1) !== 1,
      'partial rotary embedding',
    ],
    [(config.attn_logit_softcapping ?? config.final_logit_softcapping ?? null) !== null, 'soft-capped logits'],
  ] as const
  for (const [isMissing, feature] of missing) if (isMissing) throw studioError('model/unsupported-feature', feature)
}

function windowedLayers(config: Config, family: FamilyName): boolean[] {
  const { windows } = families[family]
  const every = Array.from({ length: config.num_hidden_layers }, (_, layer) => layer)
  if (!config.sliding_window || config.use_sliding_window === false || windows === 'none') return every.map(() => false)
  const { layer_types: types } = config
  if (types) return every.map((layer) => types[layer] === 'sliding_attention')
  const pattern = config.sliding_window_pattern ?? config._sliding_window_pattern ?? 6
  const isWindowed: { readonly [K in Exclude<typeof windows, 'none'>]: (layer: number) => boolean } = {
    every: () => true,
    upper: (layer) => layer >= (config.max_window_layers ?? 0),
    pattern: (layer) => (layer + 1) % pattern !== 0,
  }
  return every.map(isWindowed[windows])
}

function ropes(config: Config, family: FamilyName): Pick<DecoderConfig, 'rope' | 'localRope'> {
  const { rope_parameters: parameters, rope_scaling: scaling } = config
  const usual = family === 'gemma3' ? 1e6 : 1e4
  if (parameters?.full_attention ?? parameters?.sliding_attention)
    return { rope: ropeOf(parameters?.full_attention, usual), localRope: ropeOf(parameters?.sliding_attention, 1e4) }
  const stated: RopeEntry = parameters ?? scaling ?? {}
  const rope = ropeOf({ rope_theta: config.rope_theta ?? usual, ...stated }, usual)
  const local = config.rope_local_base_freq ?? 1e4
  return { rope, localRope: family === 'gemma3' ? { theta: local, scaling: { kind: 'none' } } : rope }
}

const ropeOf = (entry: RopeEntry = {}, usual: number): Rope => ({
  theta: entry.rope_theta ?? usual,
  scaling: scalingOf(entry),
})

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
