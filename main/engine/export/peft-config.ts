// Reads PEFT's adapter_config.json from an untrusted source, and refuses what it says of the mathematics that is not run here.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'

const named = v.pipe(v.string(), v.maxLength(2000))
const pattern = v.nullish(v.record(v.string(), v.unknown()))
const modules = v.nullish(v.union([v.array(named), v.record(v.string(), v.unknown())]))

const schema = v.looseObject({
  peft_type: v.pipe(v.string(), v.maxLength(80)),
  base_model_name_or_path: v.nullish(v.pipe(v.string(), v.maxLength(4096)), null),
  task_type: v.nullish(named),
  use_dora: v.nullish(v.boolean()),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  modules_to_save: modules,
  trainable_token_indices: v.nullish(v.unknown()),
  bias: v.nullish(named),
})

export type PeftConfig = v.InferOutput<typeof schema>

/** `kinds`: the values of `peft_type` that are read. Errors: ValiError; 'prompt/adapter-kind', 'prompt/dora' and so on. */
export function readPeftConfig(json: unknown, kinds: readonly string[], file: string): PeftConfig {
  const config = v.parse(schema, json)
  const { peft_type: kind, task_type: task, use_dora, rank_pattern, alpha_pattern, bias } = config
  if (!kinds.includes(kind)) throw studioError('prompt/adapter-kind', file, kind)
  if (task && task !== 'CAUSAL_LM') throw studioError('prompt/adapter-task', file, task)
  if (use_dora) throw studioError('prompt/dora', file)
  if (isSet(rank_pattern) || isSet(alpha_pattern)) throw studioError('prompt/ranks', file)
  const saved = [...namesOf(config.modules_to_save), ...(isSet(config.trainable_token_indices) ? ['embed_tokens'] : [])]
  if (saved.length > 0) throw studioError('prompt/modules', file, saved)
  if (bias && bias !== 'none') throw studioError('prompt/biases', file)
  for (const [key, value] of Object.entries(config))
    if (!known.has(key) && isSet(value)) throw studioError('prompt/adapter-feature', file, key.slice(0, 80))
  const start = config['init_lora_weights']
  // Other ways to begin take what the adapter starts from out of the base model's weights.
  if (typeof start === 'string' && !['gaussian', 'eva', 'orthogonal'].includes(start))
    throw studioError('prompt/adapter-feature', file, `init_lora_weights="${start.slice(0, 80)}"`)
  return config
}

/** Whether a value of a configuration says something. */
const isSet = (value: unknown): boolean =>
  Boolean(value) && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const namesOf = (given: v.InferOutput<typeof modules>): readonly string[] =>
  Array.isArray(given) ? given : Object.keys(given ?? {})

/** Keys that the readers use, that are looked at above, or that say nothing about what the tuned adapter computes. */
const known: ReadonlySet<string> = new Set([
  ...[
    'peft_type',
    'base_model_name_or_path',
    'task_type',
    'auto_mapping',
    'inference_mode',
    'peft_version',
    'revision',
  ],
  ...['modules_to_save', 'trainable_token_indices', 'bias', 'target_modules', 'exclude_modules', 'fan_in_fan_out'],
  // LoRA
  ...['r', 'lora_alpha', 'lora_dropout', 'use_rslora', 'use_dora', 'rank_pattern', 'alpha_pattern', 'lora_bias'],
  ...['init_lora_weights', 'layers_to_transform', 'layers_pattern', 'alora_invocation_tokens', 'qalora_group_size'],
  ...['loftq_config', 'eva_config', 'corda_config', 'lora_ga_config', 'velora_config', 'runtime_config'],
  ...['megatron_config', 'megatron_core', 'ensure_weight_tying'],
  // IA3
  ...['feedforward_modules', 'init_ia3_weights'],
  // Prompt learning
  ...['num_virtual_tokens', 'token_dim', 'num_transformer_submodules', 'num_attention_heads', 'num_layers'],
  ...['prompt_tuning_init', 'prompt_tuning_init_text', 'prompt_tuning_init_state_dict_path', 'tokenizer_name_or_path'],
  ...['tokenizer_kwargs', 'init_weights', 'encoder_hidden_size', 'prefix_projection'],
  ...['encoder_reparameterization_type', 'encoder_num_layers', 'encoder_dropout'],
])
