// The two losses as graphs, label-restricted and full-vocabulary cross-entropy, over the hidden states at target positions.
import type { DecoderConfig } from '../../contract/model.ts'
import type { LossName } from '../../contract/settings.ts'
import type { Node } from '../graph/node.ts'
import { add, gather, input, matmul, mul, reduceSum, reshape, sub } from '../graph/ops.ts'
import { sizeAt } from '../graph/shape.ts'
import { head } from '../network/embed.ts'
import type { Weights } from '../network/weights.ts'
import { headSum, logSumExp } from './head-sum.ts'

/** What the graph of the loss depends on. */
export interface LossShape {
  readonly loss: LossName
  /** Most target positions of a row. */
  readonly slots: number
  /** Candidate tokens of the labels' trie (loss `labels`). */
  readonly candidates: number
}

/** -log p of each label token, times its weight, summed: a scalar. states [B, slots, H] are the selected hidden states. */
export function lossOf(config: DecoderConfig, weights: Weights, states: Node, shape: LossShape): Node {
  const table = head(config, weights)
  return shape.loss === 'labels' ? labelsLoss(table, states, shape) : vocabularyLoss(table, states, shape)
}

/**
 * Label-restricted cross-entropy, over each trie node's children. Inputs: candidates [U] token ids; childMask [B, slots, U],
 * 0 for the node's children and MASK_VALUE elsewhere; target [B, slots, U] one-hot; weight [B, slots, 1].
 */
function labelsLoss(table: Node, states: Node, { slots, candidates }: LossShape): Node {
  const batch = sizeAt(states.shape, 0)
  const rows = gather(table, input('candidates', [candidates], 'i64'))
  const logits = matmul(states, rows, { transB: true })
  const masked = add(logits, input('childMask', [batch, slots, candidates]))
  const right = reduceSum(mul(logits, input('target', [batch, slots, candidates])))
  return sum(mul(sub(logSumExp(masked), right), input('weight', [batch, slots, 1])))
}

/** Full-vocabulary cross-entropy, as log sum exp(h W') - h W[label]. Inputs: labels [B, slots]; weight [B, slots, 1]. */
function vocabularyLoss(table: Node, states: Node, { slots }: LossShape): Node {
  const [batch, width] = [sizeAt(states.shape, 0), sizeAt(states.shape, 2)]
  const flat = reshape(states, [batch * slots, width])
  const rows = reshape(gather(table, input('labels', [batch, slots], 'i64')), [batch * slots, width])
  const right = reduceSum(mul(flat, rows))
  const weight = reshape(input('weight', [batch, slots, 1]), [batch * slots, 1])
  return sum(mul(sub(headSum(table, flat), right), weight))
}

/** The sum of all elements, a scalar. */
const sum = (x: Node): Node =>
  reshape(
    reduceSum(
      x,
      x.shape.map((_, i) => i),
    ),
    [],
  )
