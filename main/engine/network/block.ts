// One layer's view of the network: its weights, its norms, its linear maps with their updates.
import type { DecoderConfig } from '../../contract/model.ts'
import type { LinearName } from '../../contract/parts.ts'
import type { Node } from '../graph/node.ts'
import { add, matmul, rmsNorm, scalar } from '../graph/ops.ts'
import { linearPath, type LinearUpdates, updated } from './linear-update.ts'
import type { Weights } from './weights.ts'

/** The linear hook: what changes the linear maps, and on which tokens ([B, T, 1] of zeros and ones). */
export interface LinearHook {
  readonly updates: LinearUpdates
  readonly mask: Node
}

export interface Block {
  readonly config: DecoderConfig
  /** x [.., in] -> [.., out], with a bias where the model has one. */
  linear(name: LinearName, x: Node): Node
  norm(name: string, x: Node): Node
}

/** The view of layer `layer`, its linear maps changed by `hook`. */
export function blockOf(config: DecoderConfig, weights: Weights, layer: number, hook: LinearHook | undefined): Block {
  return {
    config,
    linear(name, x) {
      const path = linearPath({ layer, linear: name })
      const base = (from: Node): Node => {
        const product = matmul(from, weights(`${path}.weight`), { transB: true })
        return config.qkvBias && biasedLinears.has(name) ? add(product, weights(`${path}.bias`)) : product
      }
      const update = hook?.updates(layer, name)
      return hook && update ? updated(update, base, x, hook.mask) : base(x)
    },
    norm: (name, x) => normed(config, weights, `model.layers.${layer}.${name}.weight`, x),
  }
}

const biasedLinears: ReadonlySet<LinearName> = new Set(['q_proj', 'k_proj', 'v_proj'])

/** RMS norm by the weight of that name. */
export function normed(config: DecoderConfig, weights: Weights, name: string, x: Node): Node {
  const gamma = weights(name)
  return rmsNorm(x, config.normOffset === 0 ? gamma : add(gamma, scalar(config.normOffset)), config.normEps)
}
