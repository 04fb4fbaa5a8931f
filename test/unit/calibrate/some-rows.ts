// Rows whose scores follow from their numbers, so that Python makes the same ones; and rows drawn from a known distribution.
import fc from 'fast-check'
import type { LabelledScores } from '../../../main/engine/calibrate/scores.ts'
import { createRandom } from '../../../main/engine/random.ts'

/** log softmax. */
export function normalised(scores: readonly number[]): number[] {
  const top = Math.max(...scores)
  const normaliser = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0))
  return scores.map((score) => score - normaliser)
}

/** z = 2.5 * sin(1 + 0.7 i + 1.9 j); the label is the largest one's or, of every third row, 7 i mod 4. */
export const knownRows: readonly LabelledScores[] = Array.from({ length: 200 }, (_, i) => {
  const scores = Array.from({ length: 4 }, (_, j) => 2.5 * Math.sin(1 + 0.7 * i + 1.9 * j))
  const label = i % 3 !== 0 ? scores.indexOf(Math.max(...scores)) : (i * 7) % 4
  return { logProbabilities: normalised(scores), label }
})

/** Rows of a prompt that is too sure: its log-probabilities are `sharpness` times those by which the labels are drawn. */
export function drawnRows(rows: number, sharpness: number, seed: number, labels = 3): LabelledScores[] {
  const random = createRandom(seed)
  return Array.from({ length: rows }, () => {
    const truth = normalised(Array.from({ length: labels }, () => 2.5 * random.normal()))
    let left = random.next()
    const drawn = truth.findIndex((value) => (left -= Math.exp(value)) < 0)
    const label = drawn < 0 ? labels - 1 : drawn
    return { logProbabilities: normalised(truth.map((value) => sharpness * value)), label }
  })
}

/** Any rows at all: few or many, of one label or several, certain or not. */
export const anyRows: fc.Arbitrary<LabelledScores[]> = fc.integer({ min: 1, max: 6 }).chain((labels) =>
  fc.array(
    fc.record({
      logProbabilities: fc
        .array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: labels, maxLength: labels })
        .map(normalised),
      label: fc.nat(labels - 1),
    }),
    { maxLength: 30 },
  ),
)
