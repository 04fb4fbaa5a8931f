// A classifier of features: logistic regression whose strength of L2 is chosen on the validation rows, never on test rows.
import { breather } from '../breather.ts'
import { best } from '../evaluate/best.ts'
import { minimise, norm } from './l-bfgs.ts'
import { logProbabilities, lossOf, type Problem, weightsOf } from './logistic-regression.ts'
import type { Matrix } from './matrix.ts'

/** Features of rows with their right labels. */
export interface LabelledRows {
  readonly features: Matrix
  readonly labels: readonly string[]
}

export interface Watch {
  onProgress(done: number, total: number): void
  stopRequested(): boolean
}

/** ln p of each label for each row, [rows][labels]; -Infinity for a label that no training row has. */
export type Classifier = (features: Matrix) => number[][]

/** A gradient of this share of its norm at zero weights counts as none: a third of it changes hardly any answer. */
const tolerance = 3e-3

/**
 * So many penalties in a row by which no more validation rows are right, nor are they likelier, end the search: weaker ones
 * only fit the training rows closer.
 */
const enough = 2

/**
 * Fits a classifier for one strength of L2 after the other, strongest first, each from the weights of the one before it;
 * gives the one with most right answers on the validation rows, or that finds them likelier where several have. Undefined
 * where it was stopped.
 */
export async function fitClassifier(
  { train, validation }: { readonly train: LabelledRows; readonly validation: LabelledRows },
  labels: readonly string[],
  strengths: readonly number[],
  { onProgress, stopRequested }: Watch,
): Promise<Classifier | undefined> {
  const breathe = breather()
  const known = labels.filter((label) => train.labels.includes(label))
  const classes = train.labels.map((label) => known.indexOf(label))
  const problem = { features: train.features, classes, count: known.length }
  const answers = (weights: Float64Array): Classifier =>
    classifierOf(problem, weights, (k) => labels.indexOf(known[k] ?? ''), labels.length)
  let weights: Float64Array = new Float64Array(weightsOf(problem))
  const steep = tolerance * norm(gradientAt(problem, weights))
  let idle = 0
  let highest: Score = { right: -1, likelihood: -Infinity }
  let chosen: { readonly classifier: Classifier; readonly score: Score } | undefined
  for (const [i, l2] of strengths.entries()) {
    onProgress(i, strengths.length)
    for (const point of minimise(lossOf(problem, l2), weights, { tolerance: steep })) {
      weights = point
      await breathe()
      if (stopRequested()) return undefined
    }
    const classifier = answers(weights)
    const score = scoreOf(classifier, validation, labels)
    if (!chosen || isBetter(score, chosen.score)) chosen = { classifier, score }
    idle = score.right > highest.right || score.likelihood > highest.likelihood ? 0 : idle + 1
    if (idle >= enough) break
    highest = {
      right: Math.max(highest.right, score.right),
      likelihood: Math.max(highest.likelihood, score.likelihood),
    }
  }
  onProgress(strengths.length, strengths.length)
  return chosen?.classifier
}

function gradientAt(problem: Problem, weights: Float64Array): Float64Array {
  const gradient = new Float64Array(weights.length)
  lossOf(problem, 0)(weights, gradient)
  return gradient
}

function classifierOf(
  { count }: Problem,
  weights: Float64Array,
  labelOf: (k: number) => number,
  labels: number,
): Classifier {
  return (features) =>
    Array.from({ length: features.rows }, (_, row) => {
      const found = new Float64Array(count)
      logProbabilities(features, row, weights, found)
      const all = new Array<number>(labels).fill(-Infinity)
      found.forEach((each, k) => (all[labelOf(k)] = each))
      return all
    })
}

interface Score {
  readonly right: number
  readonly likelihood: number
}

const isBetter = (one: Score, other: Score): boolean =>
  one.right > other.right || (one.right === other.right && one.likelihood > other.likelihood)

function scoreOf(classifier: Classifier, rows: LabelledRows, labels: readonly string[]): Score {
  const answers = classifier(rows.features)
  const wanted = rows.labels.map((label) => labels.indexOf(label))
  const found = answers.map((answer, row) => answer[wanted[row] ?? -1] ?? -Infinity)
  return {
    right: answers.filter((answer, row) => best(answer) === wanted[row]).length,
    // A label that no training row has is as unlikely for every classifier.
    likelihood: found.filter(Number.isFinite).reduce((sum, each) => sum + each, 0),
  }
}
