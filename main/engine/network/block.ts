// One layer's view of the network: its weights, its norms, its linears with the method's hook.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Node } from '../graph/node.ts'
import { add, matmul, rmsNorm, scalar } from '../graph/ops.ts'
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
export type LinearHook = (layer: number, name: LinearName, x: Node, y: Node) => Node

export interface Block {
  readonly config: DecoderConfig
  /** x [.., in] -> [.., out], with a bias where the model has one. */
  linear(name: LinearName, x: Node): Node
  norm(name: string, x: Node): Node
}

/** The view of layer `layer`, its linears seen by `site`. */
export function blockOf(
  config: DecoderConfig,
  weights: Weights,
  layer: number,
  linearHook: LinearHook | undefined,
): Block {
  const at = `model.layers.${layer}`
  return {
    config,
    linear(name, x) {
      const path = `${at}.${linears[name]}.${name}`
      const product = matmul(x, weights(`${path}.weight`), { transB: true })
      const biased = config.qkvBias && biasedLinears.has(name)
      const y = biased ? add(product, weights(`${path}.bias`)) : product
      return linearHook ? linearHook(layer, name, x, y) : y
    },
    norm: (name, x) => normed(config, weights, `${at}.${name}.weight`, x),
  }
}

const biasedLinears: ReadonlySet<LinearName> = new Set(['q_proj', 'k_proj', 'v_proj'])

/** RMS norm by the weight of that name. */
export function normed(config: DecoderConfig, weights: Weights, name: string, x: Node): Node {
  const gamma = weights(name)
  return rmsNorm(x, config.normOffset === 0 ? gamma : add(gamma, scalar(config.normOffset)), config.normEps)
}
