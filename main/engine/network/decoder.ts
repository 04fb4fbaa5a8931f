// The decoder: one definition for training, scoring and generation, for every family.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Node } from '../graph/node.ts'
import { add, gelu, mul, silu } from '../graph/ops.ts'
import { attention, biasParts, type KeysValues } from './attention.ts'
import { type Block, blockOf, normed, type Site } from './block.ts'
import { angles } from './rope.ts'
import type { Weights } from './weights.ts'

export interface DecoderInputs {
  /** [B, T, H], already scaled as the family wants it. */
  readonly embeddings: Node
  /** [B or 1, T] float32. */
  readonly positions: Node
  /** Added to the attention scores: [B or 1, 1, T, S], S = past length + T. Says all that may be seen. */
  readonly bias: Node
  /** The same for layers with a sliding window. */
  readonly windowedBias: Node | undefined
  /** Keys (rotated) and values that stand before the tokens, [B, kvHeads, past, headDim] each. */
  readonly past: ((layer: number) => KeysValues) | undefined
  /** The dim S where it is symbolic. */
  readonly span?: string
  readonly site?: Site
}

export interface DecoderOutputs {
  /** [B, T, H] behind the last norm. */
  readonly hidden: Node
  /** The new tokens' keys (rotated) and values of each layer, without the past: [B, kvHeads, T, headDim]. */
  readonly present: readonly KeysValues[]
  /** What enters each layer, [B, T, H]. */
  readonly entering: readonly Node[]
}

export function decoder(config: DecoderConfig, weights: Weights, inputs: DecoderInputs): DecoderOutputs {
  const { positions } = inputs
  const all = { angles: angles(positions, config.headDim, config.rope), bias: biasParts(inputs.bias) }
  const windowed = {
    angles: angles(positions, config.headDim, config.localRope),
    bias: biasParts(inputs.windowedBias ?? inputs.bias),
  }
  const present: KeysValues[] = []
  const entering: Node[] = []
  let x = inputs.embeddings
  for (let layer = 0; layer < config.layers; layer++) {
    entering.push(x)
    const block = blockOf(config, weights, layer, inputs.site)
    const attended = attention(block, block.norm('input_layernorm', x), {
      ...(config.windowedLayers[layer] ? windowed : all),
      past: inputs.past?.(layer),
      span: inputs.span,
    })
    present.push(attended.present)
    x = add(x, config.postNorms ? block.norm('post_attention_layernorm', attended.result) : attended.result)
    x = add(x, feedForward(block, x))
  }
  return { hidden: normed(config, weights, 'model.norm.weight', x), present, entering }
}

function feedForward(block: Block, x: Node): Node {
  const { activation, postNorms } = block.config
  const inner = block.norm(postNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm', x)
  const gate = block.linear('gate_proj', inner)
  const gated = mul(activation === 'silu' ? silu(gate) : gelu(gate), block.linear('up_proj', inner))
  const result = block.linear('down_proj', gated)
  return postNorms ? block.norm('post_feedforward_layernorm', result) : result
}
