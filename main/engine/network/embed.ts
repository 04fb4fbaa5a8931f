// The two ends of the network: token ids to embeddings, and the output head.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Node } from '../graph/node.ts'
import { add, gather, input, matmul, mul, scalar } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import type { Weights } from './weights.ts'

/** Embeddings of ids [B, T], multiplied by the architecture's embedding scale: [B, T, H]. */
export function embed(config: DecoderConfig, weights: Weights, ids: Node): Node {
  const rows = gather(weights('model.embed_tokens.weight'), ids)
  return config.embeddingScale === 1 ? rows : mul(rows, scalar(config.embeddingScale))
}

/**
 * The same with virtual embeddings [P, H] among them: input `tokenMask` [B, T, 1] zeroes the tokens at their positions and
 * input `place` [B, T, P] puts them there. Placement is a matrix product, so that the gradient is one too, and one graph
 * serves every placement.
 */
export function embedWithVirtual(config: DecoderConfig, weights: Weights, ids: Node, virtual: Node | undefined): Node {
  const tokens = embed(config, weights, ids)
  if (virtual === undefined) return tokens
  const [batch, length, count] = [dimAt(ids.shape, 0), dimAt(ids.shape, 1), dimAt(virtual.shape, 0)]
  const others = mul(tokens, input('tokenMask', [batch, length, 1]))
  return add(others, matmul(input('place', [batch, length, count]), virtual))
}

/** The output head's weight [V, H]. */
export const head = (config: DecoderConfig, weights: Weights): Node =>
  weights(config.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight')
