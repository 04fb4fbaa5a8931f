// P-tuning beside PEFT's PromptEncoder: gradient, training, and a folder that PEFT loads.
import { describeAgainstPeft } from '../support/against-peft.ts'

describeAgainstPeft({
  method: 'p-tuning',
  settings: { encoderHidden: 24 },
  config: { peft_type: 'P_TUNING', encoder_hidden_size: 24 },
  parameterOf: (name) => (name === 'embedding' ? 'embedding.weight' : name),
  families: ['llama', 'qwen3', 'gemma3'],
})
