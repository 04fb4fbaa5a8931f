// Methods that PEFT has, beside PEFT: gradients, training, and folders that PEFT loads.
import { linearNames } from '../../main/contract/parts.ts'
import { linearPath } from '../../main/engine/network/linear-update.ts'
import { describeAgainstPeft } from '../support/against-peft.ts'

const all = ['llama', 'qwen3', 'gemma3'] as const
const tokens = { num_virtual_tokens: 4 }

const inEncoder = (name: string): string => (name === 'embedding' ? 'embedding.weight' : name)

const peftNames: Readonly<Record<string, string>> = {
  ...{ lora_A: 'lora_A.weight', lora_B: 'lora_B.weight', ia3_l: 'ia3_l', bias: 'lora_B.bias' },
}

/** '0.q_proj.lora_A' -> 'model.layers.0.self_attn.q_proj.lora_A.weight'. */
function inLinear(name: string): string {
  const [layer = '', linear = '', tensor = ''] = name.split('.')
  const found = linearNames.find((each) => each === linear) ?? 'q_proj'
  return `${linearPath({ layer: Number(layer), linear: found })}.${peftNames[tensor] ?? ''}`
}

/** The rate of the other curves moves LoRA so far that rounding alone decides where it goes. */
const loraRate = 5e-3
const lora = { peft_type: 'LORA', target_modules: linearNames, r: 8, lora_alpha: 16 }
const onlyBias = { peft_type: 'LORA', target_modules: linearNames, r: 1, lora_alpha: 1, lora_bias: true }

describeAgainstPeft([
  {
    settings: { method: 'p-tuning', encoderHidden: 24 } as object,
    config: { ...tokens, peft_type: 'P_TUNING', encoder_hidden_size: 24 },
    parameterOf: inEncoder,
    families: all,
  },
  {
    settings: { method: 'prefix-projection', encoderHidden: 24 } as object,
    config: { ...tokens, peft_type: 'PREFIX_TUNING', prefix_projection: true, encoder_hidden_size: 24 },
    parameterOf: inEncoder,
    // PEFT leaves Gemma's sliding window out of account where a prefix stands before it.
    families: ['llama', 'qwen3'],
  },
  { settings: { method: 'lora' }, config: lora, parameterOf: inLinear, families: all, rate: loraRate },
  {
    settings: { method: 'tail-lora', placement: 'after-text', tail: 2 },
    config: lora,
    parameterOf: inLinear,
    families: all,
    rate: loraRate,
  },
  {
    settings: { method: 'ia3' },
    config: {
      ...{ peft_type: 'IA3', target_modules: ['k_proj', 'v_proj', 'down_proj'], feedforward_modules: ['down_proj'] },
    },
    parameterOf: inLinear,
    families: all,
  },
  { settings: { method: 'bitfit' }, config: onlyBias, parameterOf: inLinear, families: all },
  {
    settings: { method: 'tail-bias', placement: 'after-text', tail: 2 },
    config: onlyBias,
    parameterOf: inLinear,
    families: all,
  },
])
