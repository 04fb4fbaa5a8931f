// Settings of config.json that change what a model computes and that the network does not have: refused, never ignored.
import { studioError } from '../../contract/errors/index.ts'

type Settings = Readonly<Record<string, unknown>>

/** Settings of other architectures that some files carry, with the value at which each changes nothing. */
const neutral: readonly { readonly keys: readonly string[]; readonly value: unknown; readonly what: string }[] = [
  { keys: ['embedding_multiplier', 'scale_emb', 'emb_scale'], value: 1, what: 'scaled embeddings' },
  { keys: ['residual_multiplier', 'residual_scale'], value: 1, what: 'scaled residuals' },
  { keys: ['scale_depth'], value: 0, what: 'scaled residuals' },
  { keys: ['logits_scaling', 'logit_scale', 'lm_head_multiplier'], value: 1, what: 'scaled logits' },
  { keys: ['attention_multiplier', 'attention_scale', 'attn_scale'], value: 0, what: 'scaled attention' },
  { keys: ['clip_qkv', 'attention_clamp'], value: 0, what: 'clipped queries, keys and values' },
  { keys: ['use_parallel_residual', 'parallel_residual', 'parallel_attn'], value: false, what: 'parallel residuals' },
  { keys: ['alibi', 'use_alibi'], value: false, what: 'ALiBi' },
  { keys: ['use_qk_norm', 'qk_layernorm', 'qk_norm'], value: false, what: 'norms of queries and keys' },
  { keys: ['attention_chunk_size', 'chunk_size_feed_forward'], value: 0, what: 'attention in chunks' },
  { keys: ['no_rope_layer_interval', 'no_rope_layers'], value: 0, what: 'layers without a rotation' },
  { keys: ['num_kv_shared_layers', 'num_nextn_predict_layers'], value: 0, what: 'layers that share keys and values' },
  { keys: ['hidden_size_per_layer_input'], value: 0, what: 'embeddings of each layer' },
  { keys: ['use_sinks', 'attention_sinks', 'attn_sinks'], value: false, what: 'attention sinks' },
  { keys: ['attn_temperature_tuning', 'llama_4_scaling'], value: false, what: 'attention scaled by position' },
  { keys: ['rope_interleaved', 'rope_interleave'], value: false, what: 'interleaved rotary embedding' },
  { keys: ['attn_output_gate', 'use_output_gate'], value: false, what: 'gated attention' },
  { keys: ['linear_num_key_heads', 'conv_kernel', 'state_size', 'ssm_cfg'], value: 0, what: 'recurrent layers' },
  {
    keys: ['moe_intermediate_size', 'n_routed_experts', 'num_experts_per_tok'],
    value: 0,
    what: 'a mixture of experts',
  },
]

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0)

/** Throws model/unsupported-feature. */
export function refuseOtherMathematics(config: Settings): void {
  for (const { keys, value, what } of neutral)
    for (const key of keys)
      if (!isNothing(config[key]) && config[key] !== value)
        throw studioError('model/unsupported-feature', `${what} (its config sets ${key})`)
}

/** Throws model/quantised where one of the configs says that its weights are packed. */
export function refuseQuantised(...configs: readonly Settings[]): void {
  for (const config of configs) {
    const packed = config['quantization_config'] ?? config['compression_config']
    if (typeof packed === 'object' && packed !== null) {
      const method = (packed as Settings)['quant_method']
      throw studioError(
        'model/quantised',
        typeof method === 'string' ? `by ${method.slice(0, 40)}` : 'by its own method',
      )
    }
    if (typeof config['quantization'] === 'object' && config['quantization'] !== null)
      throw studioError('model/quantised', 'by MLX')
  }
}
