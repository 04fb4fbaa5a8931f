// What training changes: the tensors, the optimiser's memory of them, and the best tensors so far.
import type { Checkpoint } from '../../contract/compute.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { adamW, type AdamWSettings, copyOfState, type OptimiserState } from './optimiser.ts'

/** How far a run has come: its checkpoint without tensors. */
export type Progress = Omit<Checkpoint, 'tensors' | 'first' | 'second' | 'best' | 'files'> & {
  readonly best: { readonly step: number; readonly loss: number } | undefined
}

/** The training loop knows what it trains by this alone. */
export interface TrainingState {
  /** The tensors as they are now; an update may change their arrays. */
  readonly tensors: NamedTensors
  /** Update number `step`, from 1. Error: RangeError where a gradient is missing. */
  update(gradients: Readonly<Record<string, Float32Array>>, step: number, settings: AdamWSettings): void
  /** Keeps the tensors as they are now, as the best ones. */
  keepBest(step: number): Promise<void>
  /** Whether a checkpoint is due after `step`, so many milliseconds after the last one. */
  isDue(step: number, since: number): boolean
  /** Makes a checkpoint and hands it to `store`, which resolves when it is safe. */
  save(progress: Progress, store: (checkpoint: Checkpoint) => Promise<void>): Promise<Checkpoint>
  /** The best tensors, or none where files hold them. */
  best(): NamedTensors
}

/** Steps and milliseconds between checkpoints: whichever comes first. */
const checkpointSteps = 10
const checkpointMilliseconds = 30_000

export const isUsuallyDue = (step: number, since: number): boolean =>
  step % checkpointSteps === 0 || since > checkpointMilliseconds

/** Small tensors, whole in every checkpoint. */
export function smallState({ best, ...start }: OptimiserState & Pick<Checkpoint, 'best'>): TrainingState {
  const state = copyOfState(start)
  let bestTensors = best?.tensors
  return {
    tensors: state.tensors,
    update: (gradients, step, settings) => adamW(state, gradients, step, settings),
    keepBest() {
      bestTensors = copyOfState(state).tensors
      return Promise.resolve()
    },
    isDue: isUsuallyDue,
    async save(progress, store) {
      const now = copyOfState(state)
      const kept = progress.best && { ...progress.best, tensors: bestTensors ?? now.tensors }
      const checkpoint = { ...progress, ...now, best: kept }
      await store(checkpoint)
      return checkpoint
    },
    best: () => bestTensors ?? state.tensors,
  }
}

/** The loop's part of a checkpoint. */
export function progressOf({ tensors: _, first: __, second: ___, best, files: ____, ...rest }: Checkpoint): Progress {
  return { ...rest, best: best && { step: best.step, loss: best.loss } }
}
