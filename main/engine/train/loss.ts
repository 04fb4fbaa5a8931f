// The two losses as graphs. Both read only the hidden states that predict a label token.
import type { DecoderConfig } from '../../contract/model.ts'
import type { LossName } from '../../contract/settings.ts'
import type { Node } from '../graph/node.ts'
import {
  add,
  concat,
  exp,
  gather,
  input,
  log,
  matmul,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  slice,
  stopGradient,
  sub,
} from '../graph/ops.ts'
import { sizeAt } from '../graph/shape.ts'
import { head } from '../network/embed.ts'
import type { Weights } from '../network/weights.ts'

/** What the loss needs to know when its graph is built. */
export interface LossShape {
  readonly loss: LossName
  /** Label tokens a row, at most. */
  readonly slots: number
  /** Tokens that occur at any branching of the labels' trie (loss `labels`). */
  readonly candidates: number
}

/** Rows of logits computed at a time: the whole vocabulary of many rows at once would not fit. */
const chunkRows = 256

/** -log p of each label token, times its weight, summed: a scalar. states [B, slots, H] are the selected hidden states. */
export function lossOf(config: DecoderConfig, weights: Weights, states: Node, shape: LossShape): Node {
  const total = shape.loss === 'labels' ? labelsLoss : vocabularyLoss
  return reshape(total(head(config, weights), states, shape), [])
}

/**
 * Cross-entropy inside the labels' trie. Inputs: candidates [U] token ids; choices [B, slots, U] 0 for the branching's
 * children and `hidden` elsewhere; target [B, slots, U] one-hot; weight [B, slots, 1].
 */
function labelsLoss(table: Node, states: Node, { slots, candidates }: LossShape): Node {
  const batch = sizeAt(states.shape, 0)
  const rows = gather(table, input('candidates', [candidates], 'i64'))
  const logits = matmul(states, rows, { transB: true })
  const inSight = add(logits, input('choices', [batch, slots, candidates]))
  const right = reduceSum(mul(logits, input('target', [batch, slots, candidates])))
  return sum(mul(sub(logSumExp(inSight), right), input('weight', [batch, slots, 1])))
}

/** Cross-entropy over the whole vocabulary, as log sum exp(h W') - h W[label]. Inputs: labels [B, slots], weight. */
function vocabularyLoss(table: Node, states: Node, { slots }: LossShape): Node {
  const [batch, width] = [sizeAt(states.shape, 0), sizeAt(states.shape, 2)]
  const flat = reshape(states, [batch * slots, width])
  const rows = reshape(gather(table, input('labels', [batch, slots], 'i64')), [batch * slots, width])
  const shares: Node[] = []
  for (let start = 0; start < batch * slots; start += chunkRows) {
    const some = slice(flat, 0, start, Math.min(start + chunkRows, batch * slots))
    shares.push(logSumExp(matmul(some, table, { transB: true })))
  }
  const right = reduceSum(mul(flat, rows))
  const each = sub(shares.length === 1 && shares[0] ? shares[0] : concat(shares, 0), right)
  return sum(mul(each, reshape(input('weight', [batch, slots, 1]), [batch * slots, 1])))
}

/** Over the last dim, shifted by the maximum; the shift's own gradient cancels. */
function logSumExp(x: Node): Node {
  const top = stopGradient(reduceMax(x))
  return add(log(reduceSum(exp(sub(x, top)))), top)
}

const sum = (x: Node): Node =>
  reduceSum(
    x,
    x.shape.map((_, i) => i),
  )
