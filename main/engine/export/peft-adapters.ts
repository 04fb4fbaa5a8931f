// The table of what PEFT holds: each kind of parts as its configuration and its tensors.
import type { LinearName, Parts, PastTensors, PlacedUpdate } from '../../contract/parts.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { linearPath, linearWidths } from '../network/linear-update.ts'
import type { Exported } from './format.ts'
import { invocationOf } from './invocation.ts'
import type { PartKind } from './kind.ts'

export interface PeftAdapter {
  /** Without what all configurations have. */
  readonly config: object
  readonly tensors: NamedTensors
}

type ToPeft = (parts: Parts, exported: Exported) => PeftAdapter

/** Layout: reference is PEFT 0.21.0. Each is given the parts of its kind. */
export const peftAdapters: { readonly [K in PartKind]: ToPeft } = {
  embeddings: ({ embeddings }) => promptTuning(embeddings as Tensor),

  past: ({ past = [] }) => prefixTuning(past),

  'low-rank': ({ updates = [] }, exported) => {
    const { a, scale = 1 } = updates[0]?.lowRank ?? {}
    return lora(exported, updates, { rank: a?.shape[0] ?? 0, scale, bias: false }, ({ lowRank }) => ({
      'lora_A.weight': lowRank?.a,
      'lora_B.weight': lowRank?.b,
    }))
  },

  factors: ({ updates = [] }) => ia3(updates),

  // A LoRA that adds its bias and nothing else.
  biases: ({ updates = [] }, exported) =>
    lora(exported, updates, { rank: 1, scale: 1, bias: true }, ({ linear, bias }) => {
      const widths = linearWidths(exported.config, linear)
      return {
        'lora_A.weight': zeros([1, widths.in]),
        'lora_B.weight': zeros([widths.out, 1]),
        'lora_B.bias': bias,
      }
    }),
}

/** What PEFT calls prompt learning: one tensor of virtual tokens. */
const promptLearning = (type: string, vectors: Tensor, config: object): PeftAdapter => ({
  config: { peft_type: type, num_virtual_tokens: vectors.shape[0], num_transformer_submodules: 1, ...config },
  tensors: { prompt_embeddings: vectors },
})

const promptTuning = (embeddings: Tensor): PeftAdapter =>
  promptLearning('PROMPT_TUNING', embeddings, {
    token_dim: embeddings.shape[1],
    num_attention_heads: null,
    num_layers: null,
    // The text it started from is in the numbers; PEFT would want a tokenizer for it.
    prompt_tuning_init: 'RANDOM',
    prompt_tuning_init_text: null,
    tokenizer_name_or_path: null,
    tokenizer_kwargs: null,
  })

function prefixTuning(past: readonly PastTensors[]): PeftAdapter {
  const [, heads = 0, size = 0] = past[0]?.keys.shape ?? []
  return promptLearning('PREFIX_TUNING', flattened(past), {
    token_dim: heads * size,
    num_attention_heads: heads,
    num_layers: past.length,
    encoder_hidden_size: heads * size,
    prefix_projection: false,
  })
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

interface LoraShape {
  readonly rank: number
  /** Factor of the update, alpha / rank. */
  readonly scale: number
  readonly bias: boolean
}

/** LoRA, or activated LoRA where the update acts on the tail alone. */
const lora = (
  exported: Exported,
  updates: readonly PlacedUpdate[],
  { rank, scale, bias }: LoraShape,
  tensors: TensorsOf,
): PeftAdapter => ({
  config: {
    ...tunerConfig('LORA', updates),
    ...{ r: rank, lora_alpha: scale * rank, lora_dropout: 0, lora_bias: bias },
    ...{ bias: 'none', use_rslora: false, use_dora: false, init_lora_weights: true },
    alora_invocation_tokens: exported.prompt.settings.placement === 'start' ? null : invocationOf(exported, 'PEFT'),
  },
  tensors: named(updates, tensors),
})

const ia3 = (updates: readonly PlacedUpdate[]): PeftAdapter => ({
  config: {
    ...tunerConfig('IA3', updates),
    feedforward_modules: linearsOf(updates.filter(({ inputScale }) => inputScale)),
    init_ia3_weights: true,
  },
  tensors: named(updates, ({ inputScale, outputScale }) => ({
    ia3_l: inputScale ? reshaped(inputScale, [1, -1]) : outputScale && reshaped(outputScale, [-1, 1]),
  })),
})

const tunerConfig = (type: string, updates: readonly PlacedUpdate[]): object => ({
  ...{ peft_type: type, target_modules: linearsOf(updates), fan_in_fan_out: false },
})

const linearsOf = (updates: readonly PlacedUpdate[]): readonly LinearName[] => [
  ...new Set(updates.map(({ linear }) => linear)),
]

type TensorsOf = (update: PlacedUpdate) => Readonly<Record<string, Tensor | undefined>>

/** Tensors under PEFT's names: `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`. */
const named = (updates: readonly PlacedUpdate[], tensors: TensorsOf): NamedTensors =>
  Object.fromEntries(
    updates.flatMap((update) =>
      Object.entries(tensors(update)).flatMap(([name, tensor]) =>
        tensor ? [[`base_model.model.${linearPath(update)}.${name}`, tensor] as const] : [],
      ),
    ),
  )

const zeros = (shape: readonly [number, number]): Tensor => ({ shape, data: new Float32Array(shape[0] * shape[1]) })

const reshaped = ({ data }: Tensor, shape: readonly number[]): Tensor => ({
  shape: shape.map((size) => (size < 0 ? data.length : size)),
  data,
})
