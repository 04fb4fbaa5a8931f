// P-tuning (Liu et al. 2021) as PEFT's PromptEncoder has it: P embeddings behind a small network, of which only the
// virtual embeddings that it gives are left once it is tuned.
import { type Network, networkNode, networkOutput, networkTensors, startNetwork } from './dense.ts'
import { type Method, type MethodSettings, numberOf, tensorOf } from './method.ts'
import { encoderHidden, tokens } from './virtual-settings.ts'

const network: Network = { name: 'mlp_head', activation: 'relu', layers: 3 }

const widthsOf = (hidden: number, settings: MethodSettings): number[] => {
  const width = numberOf(settings, encoderHidden)
  return [hidden, width, width, hidden]
}

const recipe = { learningRate: 1e-3, steps: 300, validateEvery: 25 }

export const pTuning: Method = {
  name: 'p-tuning',
  family: 'soft prompt',
  placements: ['start', 'before-text', 'after-text'],
  settings: [tokens, encoderHidden],
  recipes: { start: recipe, 'before-text': recipe, 'after-text': recipe },
  virtual: ({ tokens }) => ({ embeddings: tokens, past: 0 }),

  tensors: ({ hidden }, settings) => [
    { name: 'embedding', shape: [settings.tokens, hidden], trainable: true, byToken: true },
    ...networkTensors(network, widthsOf(hidden, settings)),
  ],

  // As PyTorch's Embedding begins: normal, of unit variance.
  initialise: ({ config: { hidden } }, settings, { random }) =>
    Promise.resolve({
      embedding: {
        shape: [settings.tokens, hidden],
        data: Float32Array.from({ length: settings.tokens * hidden }, () => random.normal()),
      },
      ...startNetwork(network, widthsOf(hidden, settings), random),
    }),

  attach: (inputs) => ({ embeddings: networkNode(network, inputs, inputs('embedding')) }),

  fold: (tensors) => ({ embeddings: networkOutput(network, tensors, tensorOf(tensors, 'embedding')) }),
}
