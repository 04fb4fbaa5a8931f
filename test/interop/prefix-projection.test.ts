// Prefix tuning with a projection beside PEFT's PrefixEncoder: gradient, training, and a folder that PEFT loads.
import { describeAgainstPeft } from '../support/against-peft.ts'

describeAgainstPeft({
  method: 'prefix-projection',
  settings: { encoderHidden: 24 },
  config: { peft_type: 'PREFIX_TUNING', prefix_projection: true, encoder_hidden_size: 24 },
  parameterOf: (name) => (name === 'embedding' ? 'embedding.weight' : name),
  // PEFT leaves Gemma's sliding window out of account where a prefix stands before it.
  families: ['llama', 'qwen3'],
})
