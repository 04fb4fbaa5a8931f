// The decoder: one definition for training, scoring and generation, for every family.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Node } from '../graph/node.ts'
import { add, gelu, matmul, mul, rmsNorm, scalar, silu } from '../graph/ops.ts'
import { attention, type KeysValues } from './attention.ts'
import { angles } from './rope.ts'
import type { Weights } from './weights.ts'

/** Where each linear map stands in a layer. */
const linears = {
  q_proj: 'self_attn',
  k_proj: 'self_attn',
  v_proj: 'self_attn',
  o_proj: 'self_attn',
  gate_proj: 'mlp',
  up_proj: 'mlp',
  down_proj: 'mlp',
} as const
export type LinearName = keyof typeof linears

/** A method's hook at every linear map: may answer y with something else (low-rank methods add to it). */
export type Site = (layer: number, name: LinearName, x: Node, y: Node) => Node

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
}

/** One layer's view of the network: its weights, its norms, its linears with the method's hook. */
export interface Block {
  readonly config: DecoderConfig
  /** x [.., in] -> [.., out], with a bias where the model has one. */
  linear(name: LinearName, x: Node): Node
  norm(name: string, x: Node): Node
}

export function decoder(config: DecoderConfig, weights: Weights, inputs: DecoderInputs): DecoderOutputs {
  const { positions } = inputs
  const all = { angles: angles(positions, config.headDim, config.rope), bias: inputs.bias }
  const windowed = {
    angles: angles(positions, config.headDim, config.localRope),
    bias: inputs.windowedBias ?? inputs.bias,
  }
  const present: KeysValues[] = []
  let x = inputs.embeddings
  for (let layer = 0; layer < config.layers; layer++) {
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
  return { hidden: normed(config, weights, 'model.norm.weight', x), present }
}

function feedForward(block: Block, x: Node): Node {
  const { activation, postNorms } = block.config
  const inner = block.norm(postNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm', x)
  const gate = block.linear('gate_proj', inner)
  const gated = mul(activation === 'silu' ? silu(gate) : gelu(gate), block.linear('up_proj', inner))
  const result = block.linear('down_proj', gated)
  return postNorms ? block.norm('post_feedforward_layernorm', result) : result
}

function blockOf(config: DecoderConfig, weights: Weights, layer: number, site: Site | undefined): Block {
  const at = `model.layers.${layer}`
  return {
    config,
    linear(name, x) {
      const path = `${at}.${linears[name]}.${name}`
      const product = matmul(x, weights(`${path}.weight`), { transB: true })
      const biased = config.qkvBias && biasedLinears.has(name)
      const y = biased ? add(product, weights(`${path}.bias`)) : product
      return site ? site(layer, name, x, y) : y
    },
    norm: (name, x) => normed(config, weights, `${at}.${name}.weight`, x),
  }
}

const biasedLinears: ReadonlySet<LinearName> = new Set(['q_proj', 'k_proj', 'v_proj'])

function normed(config: DecoderConfig, weights: Weights, name: string, x: Node): Node {
  const gamma = weights(name)
  return rmsNorm(x, config.normOffset === 0 ? gamma : add(gamma, scalar(config.normOffset)), config.normEps)
}
