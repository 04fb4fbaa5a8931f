// Sequences as graph inputs: right-padded ids, positions and attention masks.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Feeds, IntegerTensor, Tensor } from '../../contract/tensor.ts'
import { type AnswerToken, depth, type PastRange, type Sequence } from './layout.ts'
import type { VirtualTokens } from './virtual.ts'

/** Added to the scores of masked keys: their softmax weight becomes 0, and the sum does not overflow. */
export const MASK_VALUE = -1e9

export interface BatchShape extends VirtualTokens {
  /** Rows of the batch; rows beyond the sequences are padding. */
  readonly batch: number
  /** Tokens of a row, padding included. */
  readonly length: number
  /** Tokens of each row's constant start whose keys and values are cached, padding included; 0 = every token is computed. */
  readonly cached: number
  /** Whether linear maps are updated on some of the tokens. */
  readonly updates?: boolean
}

/** Index of a row's first token to compute: the first one after its cached tokens. */
export const firstOf = (sequence: Sequence, { cached }: Pick<BatchShape, 'cached'>): number =>
  cached > 0 ? sequence.constant : 0

/**
 * Graph inputs `ids`, `positions` [batch, length] and `bias` [batch, 1, length, span]; `place` [batch, length, P] and
 * `tokenMask` [batch, length, 1] where there are virtual embeddings, `updateMask` where linear maps are updated, and
 * `windowedBias` for architectures with sliding windows.
 */
export function batchFeeds(config: DecoderConfig, sequences: readonly Sequence[], shape: BatchShape): Feeds {
  const { batch, length, embeddings, past } = shape
  const ids = new BigInt64Array(batch * length)
  const place = new Float32Array(batch * length * embeddings)
  const tokenMask = new Float32Array(batch * length).fill(1)
  const positions = new Float32Array(batch * length)
  sequences.forEach((sequence, b) => {
    const first = firstOf(sequence, shape)
    sequence.ids.slice(first).forEach((id, t) => (ids[b * length + t] = BigInt(id)))
    for (let t = 0; t < length; t++) positions[b * length + t] = positionOf(sequence, first + t) + past
    if (sequence.virtualAt === undefined) return
    for (let p = 0; p < embeddings; p++) {
      const t = b * length + sequence.virtualAt - first + p
      tokenMask[t] = 0
      place[t * embeddings + p] = 1
    }
  })
  const windowed = config.windowedLayers.some(Boolean)
  return {
    ids: { shape: [batch, length], data: ids },
    positions: { shape: [batch, length], data: positions },
    bias: attentionMask(sequences, shape, Infinity),
    ...(embeddings > 0
      ? {
          place: { shape: [batch, length, embeddings], data: place },
          tokenMask: { shape: [batch, length, 1], data: tokenMask },
        }
      : {}),
    ...(shape.updates ? { updateMask: updateMask(sequences, shape) } : {}),
    ...(windowed ? { windowedBias: attentionMask(sequences, shape, config.window) } : {}),
  }
}

/** [batch, length, 1]: 1 for tokens on which linear maps are updated, else 0. */
function updateMask(sequences: readonly Sequence[], shape: BatchShape): Tensor {
  const { batch, length } = shape
  const data = new Float32Array(batch * length)
  sequences.forEach((sequence, b) => {
    const from = Math.max(0, sequence.actsFrom - firstOf(sequence, shape))
    data.fill(1, b * length + Math.min(length, from), (b + 1) * length)
  })
  return { shape: [batch, length, 1], data }
}

/**
 * One-hot selection of hidden states: [batch, slots, length]. `indices`: the tokens of each row, counted from the start of
 * the row with its cached tokens.
 */
export function selection(
  sequences: readonly Sequence[],
  indices: readonly (readonly number[])[],
  slots: number,
  shape: BatchShape,
): Tensor {
  const { batch, length } = shape
  const data = new Float32Array(batch * slots * length)
  sequences.forEach((sequence, b) => {
    const first = firstOf(sequence, shape)
    indices[b]?.forEach((t, slot) => (data[(b * slots + slot) * length + t - first] = 1))
  })
  return { shape: [batch, slots, length], data }
}

/** Position of token t: an answer token's follows from its depth in the trie, since branches lie side by side. */
function positionOf({ questionEnd, answer }: Sequence, t: number): number {
  const inAnswer = t - questionEnd - 1
  return inAnswer >= 0 && inAnswer < answer.length ? questionEnd + depth(answer, inAnswer) : t
}

/** [batch, 1, length, past + cached + length]: 0 where a token may attend, MASK_VALUE elsewhere. */
function attentionMask(sequences: readonly Sequence[], shape: BatchShape, window: number): Tensor {
  const { batch, length, past, cached } = shape
  const span = past + cached + length
  const data = new Float32Array(batch * length * span).fill(MASK_VALUE)
  for (let b = 0; b < batch; b++) {
    const sequence = sequences[b]
    const first = sequence === undefined ? 0 : firstOf(sequence, shape)
    for (let t = 0; t < length; t++) {
      const row = data.subarray((b * length + t) * span, (b * length + t + 1) * span)
      if (sequence === undefined) row[past + cached + t] = 0
      else if (first === cached) unmask(sequence, first + t, past, window, row)
      else {
        // The row's constant start is shorter than the batch's longest, so masked padding follows it.
        const whole = new Float32Array(past + first + length).fill(MASK_VALUE)
        unmask(sequence, first + t, past, window, whole)
        row.set(whole.subarray(0, past + first))
        row.set(whole.subarray(past + first), past + cached)
      }
    }
  }
  return { shape: [batch, 1, length, span], data }
}

/** Sets `row` [past + tokens] to 0 where token t may attend. */
function unmask(sequence: Sequence, t: number, past: number, window: number, row: Float32Array): void {
  const { questionEnd, answer } = sequence
  const nearest = (from: number): number => Math.max(0, from - window + 1)
  row.fill(0, ...reachOf(sequence, t, past, window))
  const inAnswer = t - questionEnd - 1
  if (inAnswer < 0 || inAnswer >= answer.length) return void row.fill(0, past + nearest(t), past + t + 1)
  const at = questionEnd + depth(answer, inAnswer)
  row.fill(0, past + Math.min(questionEnd + 1, nearest(at)), past + questionEnd + 1)
  for (const ancestor of lineage(answer, inAnswer))
    if (at - (questionEnd + depth(answer, ancestor)) < window) row[past + questionEnd + 1 + ancestor] = 0
}

/** The past keys that token t attends to. */
function reachOf({ questionEnd, actsFrom, reach }: Sequence, t: number, past: number, window: number): PastRange {
  if (reach) return reach[t - questionEnd - 1] ?? [0, 0]
  if (t < actsFrom) return [0, 0]
  // A prefix at the start counts for the sliding window like any token; a prefix after the text is always attended to.
  return [actsFrom === 0 ? Math.min(past, Math.max(0, past + t - window + 1)) : 0, past]
}

/** Indices of an answer token and its ancestors. */
function lineage(answer: readonly AnswerToken[], index: number): number[] {
  const found: number[] = []
  for (let at = index; at >= 0; at = answer[at]?.parent ?? -1) found.push(at)
  return found
}

export const integers = (values: readonly number[], shape: readonly number[] = [values.length]): IntegerTensor => ({
  shape,
  data: BigInt64Array.from(values, BigInt),
})
