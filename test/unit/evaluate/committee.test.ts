// Answers of several prompts as one: the mean of their probabilities, exactly, and what is said of it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerTogether, committeeSentence, meanProbabilities } from '../../../main/engine/evaluate/committee.ts'
import { verdictOf } from '../../../main/engine/evaluate/significance.ts'

const logOf = (probabilities: readonly number[]): number[] => probabilities.map(Math.log)

/** Positive shares that add up to 1. */
const distribution = (labels: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: 1e-12, max: 1, noNaN: true }), { minLength: labels, maxLength: labels }).map((values) => {
    const sum = values.reduce((total, value) => total + value, 0)
    return values.map((value) => value / sum)
  })

describe('the mean of probabilities', () => {
  it('is that of the probabilities, label by label', () => {
    const several = fc.integer({ min: 1, max: 6 }).chain((labels) => fc.array(distribution(labels), { minLength: 1 }))
    fc.assert(
      fc.property(several, (members) => {
        const found = meanProbabilities(members.map(logOf)).map(Math.exp)
        found.forEach((value, label) => {
          const sum = members.reduce((total, own) => total + (own[label] ?? NaN), 0)
          expect(Math.abs(value - sum / members.length)).toBeLessThan(1e-14)
        })
        expect(Math.abs(found.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(1e-12)
      }),
    )
  })

  it('of one prompt is its own, bit for bit', () => {
    fc.assert(
      fc.property(distribution(4), (own) => {
        expect(meanProbabilities([logOf(own)])).toEqual(logOf(own))
      }),
    )
  })

  it('bears labels that a prompt rules out, and those that all rule out', () => {
    expect(meanProbabilities([logOf([1, 0, 0]), logOf([0, 1, 0])]).map(Math.exp)).toEqual([0.5, 0.5, 0])
    // Probabilities far below what a number can hold.
    const tiny = meanProbabilities([
      [-2000, -1],
      [-2002, -1],
    ])
    expect(tiny[0]).toBeCloseTo(-2000 + Math.log((1 + Math.exp(-2)) / 2), 12)
  })
})

describe('a committee’s answer', () => {
  const labels = ['a', 'b', 'c']
  const row = (predicted: string, probabilities: readonly number[]) => ({
    ...{ row: 7, label: 'b', predicted },
    logProbabilities: logOf(probabilities),
  })

  it('is the likeliest label in the mean, though most prompts say another', () => {
    const found = answerTogether(labels, [row('a', [0.5, 0.4, 0.1]), row('a', [0.5, 0.4, 0.1]), row('b', [0, 1, 0])])
    expect(found).toMatchObject({ row: 7, label: 'b', predicted: 'b', agreeing: 1 })
  })

  it('may be nobody’s own, and is the first of equals', () => {
    const nobodys = answerTogether(labels, [row('a', [0.5, 0.45, 0.05]), row('c', [0.05, 0.45, 0.5])])
    expect(nobodys).toMatchObject({ predicted: 'b', agreeing: 0 })
    expect(answerTogether(labels, [row('a', [0.6, 0.4, 0]), row('b', [0.4, 0.6, 0])]).predicted).toBe('a')
  })
})

it('what came of it is said in a few sentences', () => {
  const pairs = (tuned: number, other: number) =>
    Array.from({ length: 100 }, (_, i) => ({ tuned: Number(i < tuned), other: Number(i < other) }))
  const figures = {
    rows: 100,
    band: { mean: 0.9, low: 0.83, high: 0.94 },
    members: [
      { name: 'one', figure: 0.88 },
      { name: 'two', figure: 0.85 },
    ],
    agreed: { rows: 80, right: 78 },
    disputed: { rows: 20, right: 12 },
    rival: verdictOf(pairs(90, 60), 'hand-written prompt'),
    best: { name: 'one', verdict: verdictOf(pairs(90, 88), 'tuned prompt') },
  }
  expect(committeeSentence(figures)).toBe(
    'The 2 together: 90.0 % (95 % interval 83 to 94) of 100 rows are right. ' +
      'Better than the best hand-written prompt (60.0 %): +30 points (95 % interval +21 to +39). ' +
      'Cannot be told from the best of them alone, “one” (88.0 %): +2 points (95 % interval 0 to +5). ' +
      'They disagree on 20 rows, of which 60 % are right; of the other 80, 98 % are.',
  )
  const alone = { ...figures, members: figures.members.slice(0, 1), rival: undefined }
  expect(committeeSentence(alone)).toBe('Alone: 90.0 % (95 % interval 83 to 94) of 100 rows are right.')
  const large = committeeSentence({ ...figures, rows: 5000, agreed: { rows: 4980, right: 4900 } })
  expect(large).toContain('of 5,000 rows are right.')
  expect(large).toContain('of the other 4,980, 98 % are.')
})
