// Probabilities that can be trusted: what a prompt keeps of its calibration, and what its run shows of it.

/** What a threshold does with some rows. */
export interface AnsweredAlone {
  readonly rows: number
  readonly answered: number
  /** Of those answered. */
  readonly wrong: number
}

/** From when on a prompt answers alone: a less confident answer is for a person to give. */
export interface Threshold {
  /** The share of the answers given alone that may be wrong: one of the limits that were offered. */
  readonly limit: number
  /** Calibrated probability from which on it answers alone: chosen on the validation rows. */
  readonly confidence: number
  /**
   * What an unsure answer names: labels with at least this calibrated probability. The right one is among them for about 95 %
   * of unsure rows like those that the threshold was chosen on; 0, which means any label, where too few of them are unsure.
   */
  readonly among: number
  /** On the rows that it was chosen on. */
  readonly chosen: AnsweredAlone
  /**
   * On the test rows, with the bound of the share of wrong answers among those given alone. In at least 95 % of all samples of
   * so many rows the bounds of all limits on offer hold together, whichever of them is chosen: their thresholds were fixed
   * before one of these rows was looked at.
   */
  readonly tested: AnsweredAlone & { readonly bound: number }
  /**
   * With cross-validation: the folds, and those whose rows were tested with a threshold that the other folds gave in the same
   * way. The rows of those without one count as left to a person.
   */
  readonly folds?: { readonly all: number; readonly chosen: number }
}

/** Temperatures lie between 1 / this and this: beyond, every answer is certain, or all labels are alike. */
export const mostTemperature = 20

/** Kept with a prompt that chooses among labels. */
export interface Calibration {
  /** The log-probabilities of the labels are divided by it (Guo et al. 2017). */
  readonly temperature: number
  /** Validation rows that it was fitted on; with cross-validation all rows, each answered by a prompt that had not seen it. */
  readonly rows: number
  /** Undefined where the prompt always answers alone. */
  readonly threshold?: Threshold
}

/** Whether a prompt leaves an answer to a person. `confidence`: its calibrated probability. */
export const isUnsure = (calibration: Calibration | undefined, confidence: number): boolean =>
  confidence < (calibration?.threshold?.confidence ?? 0)

/**
 * The threshold of several prompts that answer as one: the highest of theirs, which was fixed before a test row was looked at
 * as theirs were; undefined where all of them always answer alone.
 */
export const highestThreshold = (calibrations: readonly (Calibration | undefined)[]): Threshold | undefined =>
  calibrations
    .flatMap((calibration) => calibration?.threshold ?? [])
    .reduce<Threshold | undefined>(
      (high, each) => (high && high.confidence >= each.confidence ? high : each),
      undefined,
    )

/** A figure with its 95 % interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** An expected calibration error: no mean, but a sum of gaps, which chance alone makes larger than 0. */
export interface CalibrationError extends Estimate {
  /** What so many rows give on average where the probabilities are exactly right. */
  readonly chance: number
}

/** What was measured on: a test set, all rows by cross-validation, or another table. */
export type MeasuredOn = 'test set' | 'folds' | 'table'

/** Rows of about the same confidence. */
export interface ReliabilityBin {
  readonly rows: number
  /** Mean probability that their answers were given. */
  readonly confidence: number
  readonly right: number
  /** Exact 95 % interval of the share of right answers. */
  readonly low: number
  readonly high: number
}

/** How far the probabilities of some answers can be trusted. */
export interface Reliability {
  readonly rows: number
  /** Expected calibration error, in bins of about equally many rows. */
  readonly error: CalibrationError
  /** The same in 15 bins of equal width, as others give it. */
  readonly errorByWidth: Estimate
  /** Brier score over all labels, 0 to 2. */
  readonly brier: Estimate
  /** The least confident first. */
  readonly bins: readonly ReliabilityBin[]
}

/** A threshold, how many rows it lets be answered alone, and how many of these are answered wrongly. */
export interface CoveragePoint {
  readonly confidence: number
  readonly answered: number
  readonly wrong: number
}

/** A limit that can be kept to, as far as the validation rows can tell, with its threshold. */
export interface Choice extends CoveragePoint {
  readonly limit: number
}

/** The calibration of a run's prompt, measured on its test rows. */
export interface CalibrationDetails {
  readonly calibration: Calibration
  readonly crossValidated: boolean
  /** Test rows as the model answers them, and with the temperature. */
  readonly before: Reliability
  readonly after: Reliability
  /** The rows that the temperature was fitted on, as the model answers them. */
  readonly asTuned: ReliabilityBin
  /**
   * Where there is a threshold: the unsure test rows, those whose right label is among what the answer names, and how many
   * labels these are on average.
   */
  readonly sets?: { readonly rows: number; readonly right: number; readonly labels: number }
  /** Of the rows that thresholds are chosen on, the fewest answered first. */
  readonly curve: readonly CoveragePoint[]
  /** The limits on offer, each of which answers more than the one before. */
  readonly choices: readonly Choice[]
  /** The smallest of them or, where there is none, the smallest limit that would have a threshold. */
  readonly smallest: number
}
