// The studio's records, as the service returns them to windows and to the command line.
import type { Measured } from './metrics.ts'
import type { TaskName, TuneSettings } from './settings.ts'

/**
 * Classifiers that need no tuned language model. Word count: a bag of words and characters (TF-IDF, logistic regression).
 * Linear probe: logistic regression on the untuned model's last hidden state.
 */
export const baselineNames = ['word count', 'linear probe'] as const
export type BaselineName = (typeof baselineNames)[number]

/** What a tuned prompt has to beat: whatever else answered the same test rows. */
export const rivalNames = ['no prompt', 'hand-written prompt', ...baselineNames] as const
export type RivalName = (typeof rivalNames)[number]

/** What answered the evaluated rows, in the order in which results are reported. */
export const subjectNames = [...rivalNames, 'tuned prompt'] as const
export type Subject = (typeof subjectNames)[number]

/** The names of the subjects' figures in summaries and in `--json`. */
export const figureNames = {
  'no prompt': 'noPrompt',
  'hand-written prompt': 'handWritten',
  'word count': 'wordCount',
  'linear probe': 'linearProbe',
  'tuned prompt': 'tuned',
} as const satisfies Record<Subject, string>

/** `diverged`: the loss exploded or stopped being a number; `error` says when, and what of it is kept. */
export type RunState = 'queued' | 'running' | 'stopped' | 'finished' | 'diverged' | 'failed' | 'interrupted'

export interface ModelRecord {
  readonly id: number
  readonly name: string
  /** SHA-256 of its weights, config, tokenizer and chat template. */
  readonly hash: string
  /** SHA-256 of the bytes of its weights' files. */
  readonly weightsHash: string
  /** The file or folder it was added from. */
  readonly source: string
  /** The folder that holds the prepared weights. */
  readonly folder: string
  readonly family: string
  readonly licence: string | undefined
  readonly addedAt: string
  /** Name of the model that it was tuned from; undefined where it was added. */
  readonly base: string | undefined
  /** The run that made it, while that is there. */
  readonly run: number | undefined
}

export interface DatasetRecord {
  readonly id: number
  readonly name: string
  readonly source: string
  readonly columns: readonly string[]
  readonly createdAt: string
  /** When it was moved to the trash. */
  readonly trashedAt?: string | undefined
}

/** One state of a data set: an operation number. Its rows never change. */
export interface VersionRecord {
  readonly dataset: number
  readonly number: number
  readonly kind: 'import' | 'edit' | 'undo' | 'redo'
  /** The version whose change an undo takes back, or whose undo a redo takes back. */
  readonly undoes: number | undefined
  /** What was done: "Excluded 12 rows". */
  readonly description: string
  /** The name that the user gave it. */
  readonly name: string | undefined
  readonly createdAt: string
}

/** Rows in use are part of the split; excluded rows stay visible; trash is hidden. */
export type RowState = 'used' | 'excluded' | 'trash'

/** A row of a version; cells align with the data set's columns. */
export interface DataRow {
  /** Its position in the imported file, which edits do not change. */
  readonly row: number
  readonly cells: readonly string[]
}

export interface TaskRecord {
  readonly id: number
  readonly dataset: number
  readonly kind: TaskName
  readonly textColumn: string
  readonly labelColumn: string
  /** '' where there is none. */
  readonly contextColumn: string
  readonly labels: readonly string[]
}

/** Row numbers of a version by their part of the split. */
export interface SplitRows {
  readonly train: readonly number[]
  readonly validation: readonly number[]
  readonly test: readonly number[]
  /** As a split's, where there are folds. */
  readonly folds?: readonly (readonly number[])[]
}

/** How many rows each part of a split has. */
export interface SplitSizes {
  readonly train: number
  readonly validation: number
  readonly test: number
  /** Number of folds; absent where there are none. */
  readonly folds?: number
}

export interface RunRecord {
  readonly id: number
  readonly name: string
  readonly state: RunState
  readonly task: number
  readonly model: number
  readonly dataset: number
  readonly version: number
  readonly settings: TuneSettings
  readonly seed: number
  /** Why the run is not finished, in a sentence; undefined where there is no such reason. */
  readonly error: string | undefined
  readonly createdAt: string
  readonly endedAt: string | undefined
  readonly note: string
  readonly tags: readonly string[]
  readonly starred: boolean
  /** When it was moved to the trash. */
  readonly trashedAt?: string | undefined
}

/** Its metric is `accuracy` where answers are labels, else `teacher_forced_exact_match`. */
export interface ValidationRecord extends Measured {
  readonly step: number
  readonly loss: number
  readonly best: boolean
  /** The worst and some other validation rows with their answers at this step; empty where they were not stored. */
  readonly rows: readonly ValidatedRow[]
}

export interface ValidatedRow {
  readonly row: number
  readonly text: string
  readonly label: string
  readonly predicted: string
  /** Probability of the right label among the labels. */
  readonly probability: number
  readonly worst: boolean
}

/** A note on a run for the user: a fallback, a vanishing gradient, a crash and what was saved. */
export interface NoteRecord {
  readonly step: number
  readonly code: string
  readonly message: string
}

/** The metrics of one subject on the test set. */
export interface EvaluationFigures extends Measured {
  readonly subject: Subject
  /** The text of a hand-written prompt. */
  readonly handWritten?: string
  /** Number of evaluated rows. */
  readonly rows: number
}

export interface EvaluationRecord extends EvaluationFigures {
  readonly id: number
  readonly run: number
  readonly dataset: number
  readonly version: number
  readonly createdAt: string
}

/** How a run is judged. */
interface Judged {
  readonly settings: Pick<TuneSettings, 'folds'>
}

/** A run on its own rows. */
export type OwnRows = Pick<RunRecord, 'dataset' | 'version'> & Judged

/** True for a run whose answers to its test rows are those of other prompts, each tuned without the rows that it answered. */
export const isCrossValidated = ({ settings }: Judged): boolean => (settings.folds ?? 0) > 0

/**
 * The latest evaluation of each subject on the run's own test set, in the order of `subjectNames`. Where the run was
 * cross-validated, the first: a later one is of the prompt that was kept, which has learned from these rows.
 */
export function ownEvaluations(run: OwnRows, evaluations: readonly EvaluationRecord[]): EvaluationRecord[] {
  const own = evaluations.filter((each) => each.dataset === run.dataset && each.version === run.version)
  const ordered = isCrossValidated(run) ? own.toReversed() : own
  return subjectNames.flatMap((name) => ordered.findLast(({ subject }) => subject === name) ?? [])
}

/** Something of each subject; absent where it was not evaluated. */
export type OfSubjects<T> = { readonly [N in (typeof figureNames)[Subject]]?: T | undefined }

/** Something of each evaluation, under the names of their figures. */
export const byFigure = <T>(
  evaluations: readonly EvaluationRecord[],
  of: (evaluation: EvaluationRecord) => T,
): OfSubjects<T> => Object.fromEntries(evaluations.map((each) => [figureNames[each.subject], of(each)]))

/** The rival with the highest figure, and the first of those that have it; undefined where none was evaluated. */
export const strongestRival = (figures: OfSubjects<number>): RivalName | undefined =>
  rivalNames
    .filter((name) => figures[figureNames[name]] !== undefined)
    .reduce<RivalName | undefined>((best, name) => {
      const highest = best === undefined ? -Infinity : (figures[figureNames[best]] ?? -Infinity)
      return (figures[figureNames[name]] ?? -Infinity) > highest ? name : best
    }, undefined)
