// The folder that Hugging Face's PEFT loads: configuration, tensors, a card, and what PEFT has no words for.
import { readFileSync } from 'node:fs'
import { studioError } from '../../contract/errors/index.ts'
import type { Parts, PastTensors } from '../../contract/parts.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { methodOf } from '../method/index.ts'
import type { Method, MethodSettings } from '../method/method.ts'
import { countOf, virtualTokensOf } from '../method/virtual.ts'
import { baseName, card } from './card.ts'
import type { Exported, Files } from './format.ts'
import { safetensorsFile } from './safetensors.ts'

/** The version whose files these are. */
const version = '0.21.0'

/** Layout: reference is PEFT's `prompt_embeddings` of PromptEmbedding and PrefixEncoder. */
export function peft(exported: Exported): Files {
  const { prompt, model } = exported
  const { settings, labels, tensors } = prompt
  const parts = methodOf(settings).fold(tensors, settings)
  const base = baseName(model)
  const { config: own, embeddings } = promptLearning(parts)
  const config = {
    ...shared,
    ...own,
    base_model_name_or_path: base,
    num_virtual_tokens: countOf(virtualTokensOf(parts)),
  }
  const { method, placement, tail, template } = settings
  const { rendering, answers } = exported
  const meaning = {
    ...{ method, placement, tail, template: { ...template, rendering }, labels },
    ...{ base_model: base, base_model_sha256: model.hash, known_answers: answers },
  }
  return {
    'adapter_config.json': json(config),
    'adapter_model.safetensors': safetensorsFile({ prompt_embeddings: embeddings }),
    'softprompt.json': json(meaning),
    'apply.py': readFileSync(new URL('apply.py', import.meta.url), 'utf8'),
    'README.md': card(exported, 'peft'),
  }
}

const shared = {
  task_type: 'CAUSAL_LM',
  inference_mode: true,
  num_transformer_submodules: 1,
  modules_to_save: null,
  revision: null,
  auto_mapping: null,
  peft_version: version,
}

/** Whether PEFT holds what a method makes: virtual embeddings alone, or past keys and values alone. */
export function peftTakes({ virtual, updatesLinears = false }: Method, settings: MethodSettings): boolean {
  const { embeddings, past } = virtual(settings)
  return !updatesLinears && embeddings > 0 !== past > 0
}

/** What PEFT calls prompt learning: its configuration, and its one tensor. Error: 'export/parts'. */
function promptLearning({ embeddings, past, updates }: Parts): {
  readonly config: object
  readonly embeddings: Tensor
} {
  if (embeddings && !past && !updates) return { config: promptConfig(embeddings), embeddings }
  if (past && !embeddings && !updates) return { config: prefixConfig(past), embeddings: flattened(past) }
  throw studioError('export/parts', 'PEFT')
}

const promptConfig = ({ shape }: Tensor): object => ({
  peft_type: 'PROMPT_TUNING',
  token_dim: shape[1],
  num_attention_heads: null,
  num_layers: null,
  // The text it started from is in the numbers; PEFT would want a tokenizer for it.
  prompt_tuning_init: 'RANDOM',
  prompt_tuning_init_text: null,
  tokenizer_name_or_path: null,
  tokenizer_kwargs: null,
})

function prefixConfig(past: readonly PastTensors[]): object {
  const [, heads = 0, size = 0] = past[0]?.keys.shape ?? []
  return {
    peft_type: 'PREFIX_TUNING',
    token_dim: heads * size,
    num_attention_heads: heads,
    num_layers: past.length,
    encoder_hidden_size: heads * size,
    prefix_projection: false,
  }
}

/** Past keys and values as PEFT holds them: [P, layers * 2 * kvHeads * headDim], keys before values in each layer. */
function flattened(past: readonly PastTensors[]): Tensor {
  const tensors = past.flatMap(({ keys, values }) => [keys, values])
  const [tokens = 0, heads = 0, size = 0] = past[0]?.keys.shape ?? []
  const part = heads * size
  const width = tensors.length * part
  const data = new Float32Array(tokens * width)
  tensors.forEach((tensor, i) => {
    for (let p = 0; p < tokens; p++) data.set(tensor.data.subarray(p * part, (p + 1) * part), p * width + i * part)
  })
  return { shape: [tokens, width], data }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
