// A training example: a row laid out with its right answer, and the targets of the loss.
import type { Example, LossName, TuneSettings } from '../../contract/settings.ts'
import type { Feeds } from '../../contract/tensor.ts'
import type { Encoder } from '../evaluate/encode.ts'
import { type TrieStep, type LabelTrie } from '../evaluate/trie.ts'
import { type BatchShape, MASK_VALUE, integers, selection } from '../method/batch.ts'
import { type AnswerToken, type LayoutSettings, layOut, type Segments, type Sequence } from '../method/layout.ts'
import type { LossShape } from './loss.ts'

export interface TrainingExample {
  readonly sequence: Sequence
  /** Indices of the tokens whose hidden state predicts a label token. */
  readonly targetPositions: readonly number[]
  /** Loss `labels`: the right child of the trie at each target position. */
  readonly path: readonly TrieStep[]
  /** Loss `vocabulary`: the right token at each target position. */
  readonly labels: readonly number[]
}

/** The answer ends at the last node of the label's path: the label-restricted loss has no target after it. */
export function labelExample(
  segments: Segments,
  trie: LabelTrie,
  label: number,
  settings: LayoutSettings,
): TrainingExample {
  const path = trie.paths[label] ?? []
  const last = path.at(-1)
  const lineage = contextUpTo(trie, last ? (trie.nodes[last.node]?.after ?? -1) : -1)
  const answer = lineage.map((at, i): AnswerToken => ({ id: trie.context[at]?.id ?? 0, parent: i - 1 }))
  const sequence = layOut(segments, answer, settings)
  const targetPositions = path.map(({ node }) => {
    const after = trie.nodes[node]?.after ?? -1
    return sequence.questionEnd + 1 + lineage.indexOf(after)
  })
  return { sequence, targetPositions, path, labels: [] }
}

/** The answer's tokens and the end token, each predicted from the one before it, as PEFT trains. */
export function vocabularyExample(
  segments: Segments,
  answer: readonly number[],
  end: number,
  settings: LayoutSettings,
): TrainingExample {
  const sequence = layOut(
    segments,
    answer.map((id, i): AnswerToken => ({ id, parent: i - 1 })),
    settings,
  )
  const labels = [...answer, end]
  return { sequence, targetPositions: labels.map((_, i) => sequence.questionEnd + i), path: [], labels }
}

/** Lays rows out with their answers, as the run's loss requires. */
export function exampleMaker(
  settings: LayoutSettings & Pick<TuneSettings, 'loss'>,
  labels: readonly string[],
  encoder: Encoder,
): (example: Example, segments: Segments) => TrainingExample {
  return settings.loss === 'labels'
    ? ({ label }, segments) => labelExample(segments, encoder.trie, labels.indexOf(label), settings)
    : ({ label }, segments) => vocabularyExample(segments, encoder.answer(label), encoder.end, settings)
}

/** Indices into the trie's context from the first answer token to `index`; none for -1. */
function contextUpTo(trie: LabelTrie, index: number): number[] {
  const found: number[] = []
  for (let at = index; at >= 0; at = trie.context[at]?.parent ?? -1) found.unshift(at)
  return found
}

/**
 * Graph inputs of the loss (train/loss.ts) for a batch, with `select` [batch, slots, length]. `weight`: the weight of each
 * label token, 1 / label tokens of the whole step.
 */
export function lossFeeds(
  examples: readonly TrainingExample[],
  trie: LabelTrie | undefined,
  shape: BatchShape,
  { loss, slots }: LossShape,
  weight: number,
): Feeds {
  const perSlot = shape.batch * slots
  const weights = new Float32Array(perSlot)
  examples.forEach(({ targetPositions }, b) => weights.fill(weight, b * slots, b * slots + targetPositions.length))
  const common = {
    select: selection(
      examples.map(({ sequence }) => sequence),
      examples.map(({ targetPositions }) => targetPositions),
      slots,
      shape,
    ),
    weight: { shape: [shape.batch, slots, 1], data: weights },
  }
  return {
    ...common,
    ...(loss === 'labels' && trie ? trieFeeds(examples, trie, shape, slots) : tokenFeeds(examples, shape, slots)),
  }
}

function tokenFeeds(examples: readonly TrainingExample[], { batch }: BatchShape, slots: number): Feeds {
  const labels = new Array<number>(batch * slots).fill(0)
  examples.forEach((example, b) => example.labels.forEach((id, slot) => (labels[b * slots + slot] = id)))
  return { labels: integers(labels, [batch, slots]) }
}

function trieFeeds(examples: readonly TrainingExample[], trie: LabelTrie, { batch }: BatchShape, slots: number): Feeds {
  const width = trie.candidates.length
  const target = new Float32Array(batch * slots * width)
  const childMask = new Float32Array(batch * slots * width)
  examples.forEach((example, b) =>
    example.path.forEach(({ node, child }, slot) => {
      const at = (b * slots + slot) * width
      childMask.fill(MASK_VALUE, at, at + width)
      for (const possible of trie.nodes[node]?.children ?? []) childMask[at + possible] = 0
      target[at + child] = 1
    }),
  )
  const shape = [batch, slots, width]
  return {
    candidates: integers(trie.candidates),
    childMask: { shape, data: childMask },
    target: { shape, data: target },
  }
}

export const lossShapeOf = (
  loss: LossName,
  trie: LabelTrie | undefined,
  examples: readonly TrainingExample[],
): LossShape => ({
  loss,
  slots: examples.reduce((max, { targetPositions }) => Math.max(max, targetPositions.length), 1),
  candidates: trie?.candidates.length ?? 0,
})
