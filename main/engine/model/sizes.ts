// Sizes of a model: its parameters, and the memory of its weights and of its KV cache.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { LossName } from '../../contract/settings.ts'
import { elements } from '../../contract/tensor.ts'
import { neededWeights } from './weights.ts'

/** How many numbers the model is made of, norms and biases included. */
export const parameterCount = (config: DecoderConfig): number =>
  [...neededWeights(config).values()].reduce((sum, shape) => sum + elements(shape), 0)

/** How often each scheme's bytes are mapped: ONNX Runtime maps bytes twice that it reads as two types. */
const mapped = { half: 1, int8: 1, blocks: 2 } as const

/** Bytes of a token's keys and values in all layers. */
export const kvBytes = ({ layers, kvHeads, headDim }: DecoderConfig): number => 2 * 4 * layers * kvHeads * headDim

/** Bytes of the weights that a step holds in memory, as they are stored. A table that is only looked up does not count: few of its rows are read. */
export function weightBytes(
  { weights, quantised = {} }: Pick<PreparedModel, 'weights' | 'quantised'>,
  loss: LossName,
): number {
  const table =
    loss === 'vocabulary'
      ? 'lm_head.weight' in weights || 'lm_head.weight' in quantised
        ? 'lm_head.weight'
        : 'model.embed_tokens.weight'
      : ''
  const isHeld = (name: string): boolean => name === table || !/^(model\.embed_tokens|lm_head)\.weight$/.test(name)
  let sum = 0
  for (const [name, { scheme, parts }] of Object.entries(quantised))
    if (isHeld(name)) for (const { bytes } of Object.values(parts)) sum += mapped[scheme] * bytes
  for (const [name, { shape }] of Object.entries(weights))
    if (isHeld(name) && !(name in quantised)) sum += 4 * elements(shape)
  return sum
}
