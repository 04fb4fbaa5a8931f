// The baselines on real rows: questions of TREC, and made-up hidden states for the probe.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { headlineOf } from '../../../main/contract/metrics.ts'
import type { Example, Split } from '../../../main/contract/settings.ts'
import { type BaselineJob, evaluateBaseline, rowsRead } from '../../../main/engine/baseline/index.ts'
import { createRandom } from '../../../main/engine/random.ts'

const watch = { onProgress: () => undefined, stopRequested: () => false }
const settings = { seed: 0 }
const noStates = () => Promise.reject(new Error('it uses no language model'))

/** Rows of a small extract of TREC (Li and Roth 2002), label and question on each line. */
const questions = readFileSync(new URL('../../fixtures/questions.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line, row): Example => {
    const [label = '', text = ''] = line.split('\t')
    return { row, text, label }
  })
const labels = [...new Set(questions.map(({ label }) => label))].sort()
const trec: Split = {
  train: questions.slice(0, 400),
  validation: questions.slice(400, 500),
  test: questions.slice(500),
}

const counted = (given: Partial<BaselineJob> = {}) =>
  evaluateBaseline('word count', { settings, labels, split: trec, hiddenStates: noStates, ...given }, watch)

describe('a word count', () => {
  it('answers three quarters of TREC’s questions after 400 of them, the same each time', async () => {
    const found = await counted()
    expect(found).toMatchObject({ subject: 'word count', headline: 'accuracy' })
    expect(headlineOf(found!)).toBeGreaterThan(0.72)
    expect(found!.rows.map(({ row }) => row)).toEqual(trec.test.map(({ row }) => row))
    expect(await counted()).toEqual(found)
  })

  it('never looks at the labels of test rows', async () => {
    const split = { ...trec, test: trec.test.map((row) => ({ ...row, label: labels[0] ?? '' })) }
    const [found, other] = [await counted(), await counted({ split })]
    expect(other!.rows.map(({ predicted }) => predicted)).toEqual(found!.rows.map(({ predicted }) => predicted))
  })

  it('learns texts of every script, and answers an empty one', async () => {
    const texts = ['退款还没有到账', '包裹在哪里', 'สินค้ายังไม่มาถึง', 'ขอคืนเงิน', 'أين طردي', 'أريد استرداد المال']
    const answers = ['refund', 'parcel', 'parcel', 'refund', 'parcel', 'refund']
    const train = texts.map((text, row) => ({ row, text, label: answers[row] ?? '' }))
    const test = [...train, { row: 9, text: '', label: 'refund' }]
    const found = await counted({ labels: ['parcel', 'refund'], split: { train, validation: train, test } })
    expect(found!.rows.slice(0, 6).map(({ predicted }) => predicted)).toEqual(answers)
    expect(['parcel', 'refund']).toContain(found!.rows[6]?.predicted)
  })

  it('answers without validation rows, and of a label that it has not learned it says it is impossible', async () => {
    const split = { train: trec.train.slice(0, 20), validation: [], test: trec.test.slice(0, 5) }
    const found = await counted({ labels: [...labels, 'unseen'], split })
    for (const { logProbabilities } of found!.rows) expect(logProbabilities.at(-1)).toBe(-Infinity)
  })

  it('is no evaluation where it is stopped', async () => {
    const stopped = { ...watch, stopRequested: () => true }
    const job = { settings, labels, split: trec, hiddenStates: noStates }
    expect(await evaluateBaseline('word count', job, stopped)).toBeUndefined()
  })
})

describe('a linear probe', () => {
  /** States whose third number tells the label, on a scale of its own; the fourth is constant. */
  const statesOf = (rows: readonly Example[]): Promise<Float32Array[]> =>
    Promise.resolve(
      rows.map(({ row, label }) => {
        const random = createRandom(row)
        return Float32Array.of(random.normal(), 100 * random.normal(), 1e-3 * labels.indexOf(label) + 5, 7)
      }),
    )

  it('finds what a hidden state tells, whatever its scale is', async () => {
    const two = labels.slice(0, 2)
    const of = (rows: readonly Example[]): Example[] => rows.filter(({ label }) => two.includes(label))
    const split = { train: of(trec.train), validation: of(trec.validation), test: of(trec.test) }
    const job = { settings, labels: two, split, hiddenStates: statesOf }
    const found = await evaluateBaseline('linear probe', job, watch)
    expect(found).toMatchObject({ subject: 'linear probe', metrics: { accuracy: 1 } })
  })

  it('reads so many training rows at most, chosen by the seed', async () => {
    const train = Array.from({ length: 5000 }, (_, row) => ({ row, text: '', label: labels[row % 2] ?? '' }))
    const read: number[][] = []
    const hiddenStates = (rows: readonly Example[]): Promise<Float32Array[]> => {
      read.push(rows.map(({ row }) => row))
      return statesOf(rows)
    }
    const split = { train, validation: train.slice(0, 10), test: train.slice(0, 10) }
    for (const seed of [1, 1, 2])
      await evaluateBaseline('linear probe', { settings: { seed }, labels, split, hiddenStates }, watch)
    expect(read[0]).toHaveLength(rowsRead('linear probe', { train: 5000, validation: 10, test: 10 }, labels.length))
    expect(read[1]).toEqual(read[0])
    expect(read[2]).not.toEqual(read[0])
  })
})
