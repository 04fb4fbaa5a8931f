// The forward graph in symbolic sizes: one session serves every batch size, length and number of past keys.
import type { Graph, Node } from '../graph/node.ts'
import { gather, input, matmul } from '../graph/ops.ts'
import { decoder } from './decoder.ts'
import { embedWithVirtual, head } from './embed.ts'
import { updateInputs, type UpdateShape } from './linear-update.ts'
import { type NetworkModel, replacedBy, weightInputs, weightsOf } from './weights.ts'

export interface ForwardShape {
  /** Virtual embeddings among the tokens, as input `embeddings` [virtual, H] with `place` and `tokenMask`. */
  readonly embeddings: boolean
  /** Keys and values before the tokens, as inputs `past.keys.<layer>` and `past.values.<layer>`. */
  readonly past: boolean
  /** Updates of linear maps, as the inputs of `updateInputs`, with `updateMask`; none where absent. */
  readonly updates?: readonly UpdateShape[]
  /** Names of weights that are inputs; none where absent. */
  readonly weights?: readonly string[]
  /**
   * What is made of the selected hidden states: logits of the ids in input `candidates`, or of the whole vocabulary; or
   * nothing, `hidden`.
   */
  readonly head: 'candidates' | 'vocabulary' | 'hidden'
  /** Whether the tokens' own keys and values are outputs, as `keys.<layer>` and `values.<layer>`. */
  readonly present: boolean
}

/**
 * Inputs: `batchFeeds`, the shape's, and `select` [batch, slots, seq]. Output: `logits` [batch, slots, candidates or V], or
 * `hidden` [batch, slots, H].
 */
export function forwardGraph(model: NetworkModel, shape: ForwardShape): Graph {
  const { config } = model
  const stored = weightsOf(model)
  const weights = replacedBy(weightInputs(shape.weights ?? [], stored), stored)
  const span = shape.past ? 'span' : 'seq'
  const bias = (name: string): Node => input(name, ['batch', 1, 'seq', span])
  const past = (name: string): Node => input(name, ['batch', config.kvHeads, 'past', config.headDim])
  const virtual = shape.embeddings ? input('embeddings', ['virtual', config.hidden]) : undefined
  const { updates = [] } = shape
  const { hidden, present } = decoder(config, weights, {
    embeddings: embedWithVirtual(config, weights, input('ids', ['batch', 'seq'], 'i64'), virtual),
    positions: input('positions', ['batch', 'seq']),
    bias: bias('bias'),
    windowedBias: config.windowedLayers.some(Boolean) ? bias('windowedBias') : undefined,
    past: shape.past
      ? (layer) => ({ keys: past(`past.keys.${layer}`), values: past(`past.values.${layer}`) })
      : undefined,
    span,
    linearHook:
      updates.length > 0
        ? { updates: updateInputs(config, updates), mask: input('updateMask', ['batch', 'seq', 1]) }
        : undefined,
    select: input('select', ['batch', 'slots', 'seq']),
  })
  const outputs: Record<string, Node> =
    shape.head === 'hidden' ? { hidden } : { logits: logitsOf(hidden, head(config, weights), shape.head) }
  if (shape.present)
    present.forEach(({ keys, values }, layer) => {
      outputs[`keys.${layer}`] = keys
      outputs[`values.${layer}`] = values
    })
  return { outputs }
}

function logitsOf(hidden: Node, table: Node, of: 'candidates' | 'vocabulary'): Node {
  const rows = of === 'candidates' ? gather(table, input('candidates', ['candidates'], 'i64')) : table
  return matmul(hidden, rows, { transB: true })
}
