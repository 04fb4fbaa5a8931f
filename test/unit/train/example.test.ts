// Training examples: the tokens of a row, its target positions, and the inputs of the loss.
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../../main/contract/tensor.ts'
import { labelTrie } from '../../../main/engine/evaluate/trie.ts'
import { MASK_VALUE } from '../../../main/engine/method/batch.ts'
import { labelExample, lossFeeds, lossShapeOf, vocabularyExample } from '../../../main/engine/train/example.ts'

const end = 9
const row = { before: [1], text: [2, 3], after: [4] }
const settings = { method: 'prefix-tuning', placement: 'start', tokens: 2, tail: 1 } as const
/** Labels "5", "5 6", "7 8": the first two part only behind their shared token. */
const trie = labelTrie([[5], [5, 6], [7, 8]], end, ['a', 'b', 'c'])
const examples = [0, 1, 2].map((label) => labelExample(row, trie, label, settings))

describe('an example for the loss among the labels', () => {
  it('ends at the last trie node of the label, with a target position at each', () => {
    expect(examples.map(({ sequence, targetPositions }) => [sequence.ids, targetPositions])).toEqual([
      [
        [1, 2, 3, 4, 5],
        [3, 4],
      ],
      [
        [1, 2, 3, 4, 5],
        [3, 4],
      ],
      [[1, 2, 3, 4], [3]],
    ])
  })

  it('has one right child a slot, among those of its trie node, and weight 0 at slots without a target', () => {
    const lossShape = lossShapeOf('labels', trie, examples)
    expect(lossShape).toEqual({ loss: 'labels', slots: 2, candidates: 4 })
    const shape = { batch: 4, length: 8, embeddings: 0, past: 2, cached: 0 }
    const feeds = lossFeeds(examples, trie, shape, lossShape, 0.2)
    const rows = (name: string, width: number): number[][] => {
      const { data } = feeds[name] as Tensor
      return Array.from({ length: data.length / width }, (_, i) => [...data.subarray(i * width, (i + 1) * width)])
    }
    expect(trie.candidates).toEqual([5, 7, 9, 6])
    expect(rows('weight', 2)).toEqual(
      [
        [0.2, 0.2],
        [0.2, 0.2],
        [0.2, 0],
        [0, 0],
      ].map((each) => each.map(Math.fround)),
    )
    expect(rows('target', 4).slice(0, 5)).toEqual([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
      [0, 1, 0, 0],
    ])
    expect(rows('childMask', 4).slice(0, 2)).toEqual([
      [0, 0, Math.fround(MASK_VALUE), Math.fround(MASK_VALUE)],
      [Math.fround(MASK_VALUE), Math.fround(MASK_VALUE), 0, 0],
    ])
    expect(rows('select', 8).map((each) => each.indexOf(1))).toEqual([3, 4, 3, 4, 3, -1, -1, -1])
  })
})

describe('an example for the loss over the vocabulary', () => {
  it('has every token of the answer and its end as a target', () => {
    const found = vocabularyExample(row, [7, 8], end, { ...settings, method: 'prompt-tuning', placement: 'after-text' })
    expect(found).toMatchObject({ targetPositions: [5, 6, 7], labels: [7, 8, end], path: [] })
    expect(found.sequence.ids).toEqual([1, 2, 3, 4, 0, 0, 7, 8])
  })
})

it('the loss is laid out for more rows than a function takes arguments', () => {
  const many = Array.from({ length: 300_000 }, (_, i) => examples[i % 3]).flatMap((each) => each ?? [])
  expect(lossShapeOf('labels', trie, many).slots).toBe(2)
})
