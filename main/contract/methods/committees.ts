// Methods committees.*: several tuned prompts of one task answer as one, by the mean of their probabilities for each label.
import * as v from 'valibot'
import type { CalibrationError, MeasuredOn, Threshold } from '../calibration.ts'
import type { Measured } from '../metrics.ts'
import { column, id, list, run, text } from './fields.ts'
import type { LabelAnswer, PromptSummary } from './prompts.ts'
import type { Verdict } from './runs.ts'
import type { Band } from './sweeps.ts'

/** Members of a committee at most. */
export const maxMembers = 20

/** They share base model and labels; one is a committee, too, and answers as it does alone. */
const members = list(run, maxMembers, 1)

export const committeeInputs = {
  /** How the runs do together on the test rows that all of them have answered; nothing is computed by the model. */
  'committees.figures': v.strictObject({ runs: members }),
  /** Lets the base model without a prompt, each run and all together answer labelled rows; stores each run's evaluation. */
  'committees.score': v.strictObject({
    ...{ runs: members, dataset: id, version: id, text: column, label: column },
    context: v.exactOptional(column),
  }),
  /** Answers a text, which the model reads once for all prompts that act behind it. */
  'committees.classify': v.strictObject({ prompts: members, text, context: v.exactOptional(text) }),
} as const

/** Whether prompts can answer as one: there are several, of one model and with the same labels. */
export const canAnswerTogether = ([first, ...others]: readonly PromptSummary[]): boolean =>
  first !== undefined &&
  first.labels.length > 0 &&
  others.length > 0 &&
  others.every(
    ({ modelName, labels }) => modelName === first.modelName && JSON.stringify(labels) === JSON.stringify(first.labels),
  )

/** `labels`: means of the members' calibrated probabilities. */
export interface CommitteeAnswer extends LabelAnswer {
  /** In the order of the request, without repetitions. */
  readonly members: readonly ({ readonly name: string } & LabelAnswer)[]
  /** How many of the members give the committee's answer by themselves. */
  readonly agreeing: number
}

/** Rows, and how many of them the committee answers rightly. */
export interface RightRows {
  readonly rows: number
  readonly right: number
}

/** How far the means of calibrated probabilities can be trusted on rows that no member was tuned or calibrated on. */
export interface CommitteeTrust {
  /** How many such rows there are; of none nothing else is known. */
  readonly rows: number
  readonly on: MeasuredOn
  /** Expected calibration error. */
  readonly error: CalibrationError
  /** The highest of the members' thresholds; undefined where all of them always answer alone. */
  readonly threshold?: Pick<Threshold, 'limit' | 'confidence' | 'tested'>
}

/** A committee on rows that each of its members has answered. */
export interface CommitteeFigures extends Measured {
  readonly rows: number
  /** The headline metric with the 95 % interval that so many rows allow. */
  readonly band: Band
  /** Each member's own headline metric on the same rows. */
  readonly members: readonly { readonly name: string; readonly figure: number }[]
  /** Rows to which all members give the same answer, and the others. */
  readonly agreed: RightRows
  readonly disputed: RightRows
  /** Against what does best on these rows without tuning; undefined where nothing else has answered them. */
  readonly rival: Verdict | undefined
  /** Against the member that does best on these rows: a choice in that member's favour. */
  readonly best: { readonly name: string; readonly verdict: Verdict }
  readonly trust: CommitteeTrust
  /** The result in a few sentences. */
  readonly sentence: string
}

export interface CommitteeOutputs {
  readonly 'committees.figures': CommitteeFigures
  readonly 'committees.score': CommitteeFigures
  readonly 'committees.classify': CommitteeAnswer
}
