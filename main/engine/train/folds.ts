// Cross-validation: the prompts of all folds are tuned beside the run's own, step by step, so that each row is answered by one
// that has not seen it.
import type { Checkpoint, FoldCheckpoint } from '../../contract/compute.ts'
import type { Split, TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { TrainingExample } from './example.ts'
import { splitOfFold } from './fold-splits.ts'
import { clipFactor, gradientNorms } from './optimiser.ts'
import { stepOrder } from './order.ts'
import { learningRateAt } from './schedule.ts'
import { smallState, type TrainingState } from './training-state.ts'
import type { Gradient } from './training-step.ts'
import { lossOf, type Validation, type ValidationAnswers, validationOf, type ValidationRow } from './validate.ts'

export interface FoldsJob {
  readonly settings: TuneSettings
  readonly split: Split
  /** Factors of the learning rate by the tensor's name. */
  readonly rates: ReadonlyMap<string, number>
  /** The training rows of the split, as they are trained on. */
  readonly examples: readonly TrainingExample[]
  /** Its validation rows. */
  readonly validation: readonly ValidationRow[]
  gradient(examples: readonly TrainingExample[], tensors: NamedTensors): Promise<Gradient>
  answer(rows: readonly ValidationRow[], tensors: NamedTensors): Promise<ValidationAnswers>
}

export interface Folds {
  /** Makes step number `step` (from 1) of every fold's prompt; gives how many examples that took. */
  step(step: number): Promise<number>
  /**
   * Validates each prompt on its own validation rows, and keeps the best of each. The result is of all these rows together:
   * it chooses the step of the prompt that is kept, which learns from all of them.
   */
  validate(step: number): Promise<Validation>
  /** After the validation of `step`: whether each prompt has had its patience, so that the run may end. */
  settled(step: number): boolean
  checkpoint(): Promise<readonly FoldCheckpoint[]>
}

/** The prompt of one fold. */
interface Fold {
  readonly state: TrainingState
  readonly examples: readonly TrainingExample[]
  readonly validation: readonly ValidationRow[]
  readonly order: (step: number) => readonly number[]
  best: { readonly step: number; readonly loss: number } | undefined
}

/** `from`: where each prompt's training goes on. */
export function createFolds(job: FoldsJob, from: (fold: number) => FoldCheckpoint): Folds {
  const { settings, split, rates } = job
  const folds = (split.folds ?? []).map((_, at) => foldOf(job, at, from(at)))

  /*
   * Each prompt is chosen by its own validation rows and its own patience, however long the run goes on: to end with the
   * others would choose its step by the rows that it answers. It trains on until the run ends, for the validation of all.
   */
  const patience = settings.patience * settings.validateEvery || Infinity
  const waited = ({ best }: Fold, step: number): number => step - (best?.step ?? step)

  const stepOf = async (fold: Fold, step: number): Promise<number> => {
    const examples = fold.order(step).flatMap((i) => fold.examples[i] ?? [])
    const { loss, gradients } = await job.gradient(examples, fold.state.tensors)
    const { all: norm } = gradientNorms(gradients, new Set(), settings.tokens)
    // The run goes on without the step: what this prompt has learned so far still answers its rows.
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) return 0
    const learningRate = learningRateAt(step, settings)
    const scale = clipFactor(norm, settings.clip)
    fold.state.update(gradients, step, { learningRate, weightDecay: settings.weightDecay, scale, rates })
    return examples.length
  }
  return {
    async step(step) {
      let examples = 0
      for (const fold of folds) examples += await stepOf(fold, step)
      return examples
    },
    async validate(step) {
      const all: ValidationAnswers[] = []
      for (const fold of folds) {
        const found = await job.answer(fold.validation, fold.state.tensors)
        const loss = lossOf(found)
        if (!fold.best || (loss < fold.best.loss && waited(fold, step) <= patience)) {
          await fold.state.keepBest(step)
          fold.best = { step, loss: Number.isNaN(loss) ? Infinity : loss }
        }
        all.push(found)
      }
      return validationOf(settings, all)
    },
    settled: (step) => folds.every((fold) => waited(fold, step) >= patience),
    checkpoint: () =>
      Promise.all(
        folds.map(async ({ state, best }): Promise<FoldCheckpoint> => {
          const progress = { step: 0, best, stale: 0, finished: false }
          const { tensors, first, second, best: kept } = await state.save(progress, () => Promise.resolve())
          return { tensors, first, second, best: kept }
        }),
      ),
  }
}

function foldOf({ settings, split, ...all }: FoldsJob, at: number, from: FoldCheckpoint): Fold {
  const own = splitOfFold(split, at)
  const [learned, checked] = [own.train, own.validation].map((rows) => new Set(rows.map(({ row }) => row)))
  const examples = all.examples.filter((_, i) => learned?.has(split.train[i]?.row ?? NaN))
  const sizes = examples.map(({ sequence }) => sequence.ids.length)
  return {
    state: smallState(from),
    examples,
    validation: all.validation.filter(({ shown }) => checked?.has(shown.row)),
    order: stepOrder(sizes, Math.min(settings.batch, examples.length), settings.seed),
    best: from.best && { step: from.best.step, loss: from.best.loss },
  }
}

/** The run's own state, whose checkpoints have those of the folds. */
export const withFolds = (state: TrainingState, folds: Folds): TrainingState => ({
  ...state,
  save: async (progress, store) => {
    const parts = await folds.checkpoint()
    let saved: Checkpoint | undefined
    await state.save(progress, (checkpoint) => store((saved = { ...checkpoint, folds: parts })))
    return saved as Checkpoint
  },
})
