// Baseline: words and characters alone, without any language model. TF-IDF of n-grams and logistic regression.
import type { Baseline } from './baseline.ts'
import { fitTfIdf } from './tf-idf.ts'

/** Weights of the logistic regression: L-BFGS holds some twenty arrays of as many numbers. */
const maxWeights = 1_000_000

export const bagOfWords: Baseline = {
  async features({ split, labels }) {
    const texts = (rows: typeof split.train): string[] => rows.map(({ text }) => text)
    const columns = Math.floor(maxWeights / Math.max(1, labels.length))
    const { matrix } = await fitTfIdf(texts(split.train), columns)
    return {
      train: await matrix(texts(split.train)),
      validation: await matrix(texts(split.validation)),
      test: await matrix(texts(split.test)),
    }
  },
  strengths: [10, 3, 1, 0.3, 0.1, 0.03, 0.01],
  maxTraining: (labels) => Math.min(10_000, Math.ceil(400_000 / Math.max(1, labels))),
}
