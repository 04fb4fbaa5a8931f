// Keys of GGUF's metadata that describe a model's mathematics: those that nothing reads must have a value that changes nothing.
import { studioError } from '../../contract/errors/index.ts'
import type { Metadata, MetadataValue } from './gguf.ts'

/** Keys that are read, or that only describe; without the architecture's name in front. */
const known: ReadonlySet<string> = new Set([
  'context_length',
  'embedding_length',
  'embedding_length_out',
  'block_count',
  'feed_forward_length',
  'vocab_size',
  'tensor_data_layout',
  'expert_count',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.key_length_swa',
  'attention.value_length_swa',
  'attention.layer_norm_rms_epsilon',
  // Stated beside the other by some converters; only RMS norms are run.
  'attention.layer_norm_epsilon',
  'attention.sliding_window',
  'attention.sliding_window_pattern',
  'rope.dimension_count',
  'rope.dimension_count_swa',
  'rope.freq_base',
  'rope.freq_base_swa',
  'rope.scale_linear',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.original_context_length',
  'rope.scaling.finetuned',
])

/** Values at which others change nothing, where it is not 0 or false. */
const neutral: Readonly<Record<string, MetadataValue>> = {
  logit_scale: 1,
  embedding_scale: 1,
  residual_scale: 1,
  'attention.causal': true,
  'attention.output_scale': 1,
  'rope.scaling.attn_factor': 1,
}

/** Without experts these say nothing. */
const ofExperts = /^expert_|^interleave_moe|^leading_dense/

/** Throws model/unsupported-feature for a key of `prefix` that is not read and whose value matters. */
export function refuseOtherKeys(metadata: Metadata, prefix: string): void {
  for (const [key, value] of metadata) {
    const name = key.startsWith(`${prefix}.`) ? key.slice(prefix.length + 1) : undefined
    if (name === undefined || known.has(name) || ofExperts.test(name)) continue
    if (Object.hasOwn(neutral, name) ? neutral[name] === value : isNothing(value)) continue
    throw studioError('model/unsupported-feature', `the setting ${key}`)
  }
}

const isNothing = (value: MetadataValue): boolean =>
  value === 0 || value === 0n || value === false || value === '' || (Array.isArray(value) && value.every(isNothing))
