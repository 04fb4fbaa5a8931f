// The classifier of features: what it learns, how it chooses its penalty, and what it says of labels that it has not seen.
import { describe, expect, it } from 'vitest'
import { type Classifier, fitClassifier, type LabelledRows } from '../../../main/engine/baseline/classifier.ts'
import { dense } from '../../../main/engine/baseline/matrix.ts'
import { best } from '../../../main/engine/evaluate/best.ts'

const labels = ['a', 'b', 'c']
const watch = { onProgress: () => undefined, stopRequested: () => false }

/** Rows with one feature each. */
const rowsOf = (...rows: readonly (readonly [value: number, label: string])[]): LabelledRows => ({
  features: dense(
    rows.length,
    1,
    Float32Array.from(rows, ([value]) => value),
  ),
  labels: rows.map(([, label]) => label),
})

async function fitted(train: LabelledRows, validation: LabelledRows, strengths = [1, 0.1, 0.01]): Promise<Classifier> {
  const found = await fitClassifier({ train, validation }, labels, strengths, watch)
  if (!found) throw new Error('nobody stopped it')
  return found
}

const answers = (classify: Classifier, ...values: readonly number[]): string[] =>
  classify(dense(values.length, 1, Float32Array.from(values))).map((scores) => labels[best(scores)] ?? '')

describe('a classifier', () => {
  it('learns which features go with which label', async () => {
    const rows = rowsOf([-2, 'a'], [-1, 'a'], [1, 'b'], [2, 'b'])
    expect(answers(await fitted(rows, rows), -5, -0.5, 0.5, 5)).toEqual(['a', 'a', 'b', 'b'])
  })

  it('gives probabilities that add up to 1, and none to a label that no training row has', async () => {
    const rows = rowsOf([-1, 'a'], [1, 'c'])
    const [scores = []] = (await fitted(rows, rowsOf([0, 'b'], [1, 'c'])))(dense(1, 1, Float32Array.of(0.3)))
    expect(scores[1]).toBe(-Infinity)
    expect(scores.reduce((sum, each) => sum + Math.exp(each), 0)).toBeCloseTo(1)
  })

  it('says the only label of its rows, whatever the features are', async () => {
    const rows = rowsOf([1, 'b'], [2, 'b'])
    expect(answers(await fitted(rows, rows), -9, 9)).toEqual(['b', 'b'])
  })

  it('says the most frequent label where a row has no feature', async () => {
    const rows = rowsOf([1, 'a'], [-1, 'c'], [-1, 'c'], [-2, 'c'])
    const classify = await fitted(rows, rows)
    const bare = {
      rows: 1,
      columns: 1,
      starts: Uint32Array.of(0, 0),
      indices: new Uint32Array(),
      values: new Float32Array(),
    }
    expect(labels[best(classify(bare)[0] ?? [])]).toBe('c')
  })

  it('takes the penalty with most right answers on the validation rows, and of several the likeliest', async () => {
    // Two training rows contradict the others: a strong penalty leaves the answer to how frequent a label is.
    const train = rowsOf([1, 'a'], [1, 'a'], [1, 'a'], [-1, 'b'], [-1, 'b'])
    const strong = await fitted(train, rowsOf([-1, 'a']), [1000, 0.001])
    expect(answers(strong, -1)).toEqual(['a'])
    const weak = await fitted(train, rowsOf([-1, 'b']), [1000, 0.001])
    expect(answers(weak, -1)).toEqual(['b'])
    // Both are right about the row, and the weaker penalty is surer.
    const [surer = [], softer = []] = [
      (await fitted(train, rowsOf([1, 'a']), [10, 0.001]))(train.features)[0],
      (await fitted(train, rowsOf([1, 'a']), [10]))(train.features)[0],
    ]
    expect(surer[0]).toBeGreaterThan(softer[0] ?? NaN)
  })

  it('ends as soon as it is asked to, and reports how far it is', async () => {
    const rows = rowsOf([-1, 'a'], [1, 'b'])
    const stopped = { ...watch, stopRequested: () => true }
    expect(await fitClassifier({ train: rows, validation: rows }, labels, [1, 0.1], stopped)).toBeUndefined()
    const done: number[] = []
    const counting = { ...watch, onProgress: (at: number) => done.push(at) }
    await fitClassifier({ train: rows, validation: rows }, labels, [1, 0.1], counting)
    expect(done).toEqual([0, 1, 2])
  })
})
