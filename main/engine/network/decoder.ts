// The decoder: one definition for training, scoring and generation, for every architecture.
import type { DecoderConfig, Rope } from '../../contract/model.ts'
import type { Node } from '../graph/node.ts'
import { add, gelu, matmul, mul, reshape, silu } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import { allQueries, attention, type KeyValues, selectedQueries } from './attention.ts'
import { type Block, blockOf, normed, type LinearHook } from './block.ts'
import { angles } from './rope.ts'
import type { Weights } from './weights.ts'

export interface DecoderInputs {
  /** [B, T, H], already multiplied by the architecture's embedding scale. */
  readonly embeddings: Node
  /** [B or 1, T] float32. */
  readonly positions: Node
  /** The whole attention mask, causal part included, added to the scores: [B or 1, 1, T, S], S = past length + T. */
  readonly bias: Node
  /** The same for layers with a sliding window. */
  readonly windowedBias: Node | undefined
  /** Keys (rotated) and values before the tokens, [B, kvHeads, past, headDim] each. */
  readonly past: ((layer: number) => KeyValues) | undefined
  /** The dim S where it is symbolic. */
  readonly span?: string
  /** Changes the linear maps where it is given. */
  readonly linearHook?: LinearHook | undefined
  /** Tokens whose hidden states are the result, [B, slots, T] of zeros and ones; all where absent. */
  readonly select?: Node
}

export interface DecoderOutputs {
  /** Final hidden states [B, T or slots, H], after the last norm. */
  readonly hidden: Node
  /** The new tokens' keys (rotated) and values of each layer, without the past: [B, kvHeads, T, headDim]. */
  readonly present: readonly KeyValues[]
  /** Each layer's input, [B, T, H]. */
  readonly entering: readonly Node[]
}

export function decoder(config: DecoderConfig, weights: Weights, inputs: DecoderInputs): DecoderOutputs {
  const { positions, select, linearHook } = inputs
  const attentionOf = (rope: Rope, bias: Node) => {
    const rotation = angles(positions, config.headDim, rope)
    const last = select && selectedQueries(angles(selected(positions, select), config.headDim, rope), bias, select)
    return { angles: rotation, queries: allQueries(rotation, bias), last }
  }
  const all = attentionOf(config.rope, inputs.bias)
  const windowed = attentionOf(config.localRope, inputs.windowedBias ?? inputs.bias)
  const present: KeyValues[] = []
  const entering: Node[] = []
  let x = inputs.embeddings
  for (let layer = 0; layer < config.layers; layer++) {
    entering.push(x)
    const { angles: rotation, queries, last } = config.windowedLayers[layer] ? windowed : all
    // Nothing after the last layer uses the other tokens, so it computes only their keys and values.
    const some = layer === config.layers - 1 && select && last ? { select, last } : undefined
    const block = blockOf(config, weights, layer, linearHook)
    const queryBlock = some ? blockOf(config, weights, layer, linearHook && hookOn(linearHook, some.select)) : block
    const inner = block.norm('input_layernorm', x)
    const attended = attention(block, inner, {
      angles: rotation,
      queryInputs: { ...(some ? { ...some.last, x: matmul(some.select, inner) } : queries), block: queryBlock },
      past: inputs.past?.(layer),
      span: inputs.span,
    })
    if (some) x = matmul(some.select, x)
    present.push(attended.present)
    x = add(x, config.postNorms ? block.norm('post_attention_layernorm', attended.result) : attended.result)
    x = add(x, feedForward(queryBlock, x))
  }
  return { hidden: normed(config, weights, 'model.norm.weight', x), present, entering }
}

/** The hook on the selected tokens alone. */
const hookOn = ({ updates, mask }: LinearHook, select: Node): LinearHook => ({ updates, mask: matmul(select, mask) })

/** Positions [B or 1, T] of the selected tokens, [B, slots]. */
function selected(positions: Node, select: Node): Node {
  const column = reshape(positions, [dimAt(positions.shape, 0), dimAt(positions.shape, 1), 1])
  return reshape(matmul(select, column), [dimAt(select.shape, 0), dimAt(select.shape, 1)])
}

function feedForward(block: Block, x: Node): Node {
  const { activation, postNorms } = block.config
  const inner = block.norm(postNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm', x)
  const gate = block.linear('gate_proj', inner)
  const gated = mul(activation === 'silu' ? silu(gate) : gelu(gate), block.linear('up_proj', inner))
  const result = block.linear('down_proj', gated)
  return postNorms ? block.norm('post_feedforward_layernorm', result) : result
}
