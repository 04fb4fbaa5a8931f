// What a baseline is: features of the rows, and what is learned from them without tuning a language model.
import type { Example, Split } from '../../contract/settings.ts'
import type { Matrix } from './matrix.ts'

export interface Features {
  readonly train: Matrix
  readonly validation: Matrix
  readonly test: Matrix
}

/** What features are made of. */
export interface FeatureSource {
  /** The training rows are those that the baseline learns from. */
  readonly split: Split
  readonly labels: readonly string[]
  /** The base model's last hidden state [H] at the end of each row's question, where it would answer. */
  hiddenStates(rows: readonly Example[]): Promise<Float32Array[]>
}

export interface Baseline {
  features(source: FeatureSource): Promise<Features>
  /** Strengths of L2 to choose from on the validation rows, strongest first. */
  readonly strengths: readonly number[]
  /** Training rows that it learns from at most, drawn by the run's seed: with more of them it would take too long. */
  maxTraining(labels: number): number
}
