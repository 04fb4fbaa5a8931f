// What the prompt of each fold learns from, and answers.
import type { Split } from '../../contract/settings.ts'

/**
 * What the prompt of a fold learns from, is checked on while it learns, and answers: it has seen none of the rows that it
 * answers, neither in training nor to choose its step. The next fold's rows are the validation set, all others the training
 * set.
 */
export function splitOfFold({ train, validation, test, folds = [] }: Split, fold: number): Split {
  const rowsIn = (at: number): ReadonlySet<number> => new Set(folds[at % folds.length]?.map(({ row }) => row))
  const [own, next] = [rowsIn(fold), rowsIn(fold + 1)]
  return {
    train: train.filter(({ row }) => !own.has(row) && !next.has(row)),
    validation: validation.filter(({ row }) => next.has(row)),
    test: test.filter(({ row }) => own.has(row)),
  }
}

/** The splits on which whatever learns is to learn, choose and answer: one, or that of each fold. */
export const splitsOf = (split: Split): readonly Split[] =>
  split.folds ? split.folds.map((_, fold) => splitOfFold(split, fold)).filter(({ test }) => test.length > 0) : [split]
