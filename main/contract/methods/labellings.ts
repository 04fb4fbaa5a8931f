// Methods labellings.*: tuned prompts answer every row of a table, which comes back with their answers.
import * as v from 'valibot'
import { readingChoices, type Taken } from '../reading.ts'
import type { LabelCount } from './data.ts'
import { between, column, id, list, nothing, path, run, text, whole } from './fields.ts'

/** Prompts that label one table at most. */
export const maxPrompts = 20

/** Labels to choose among at most: more of them are no labels, but texts. */
export const maxLabels = 200

/** Forms in which the table comes back. */
export const labelledForms = ['xlsx', 'csv', 'jsonl'] as const
export type LabelledForm = (typeof labelledForms)[number]

const labelling = id
/** One of the labelling's prompts by its name. */
const prompt = run
const confidence = between(0, 1)
const label = v.pipe(text, v.trim(), v.minLength(1))

export const labellingInputs = {
  /**
   * Copies a table into the studio's folder and guesses its columns; answers nothing yet. The same file with the same
   * choices and prompts is found again, with the answers that it has. Without prompts a person answers by hand, until
   * there are enough answers to tune one.
   */
  'labellings.open': v.strictObject({
    path: path('read'),
    choices: v.exactOptional(readingChoices),
    prompts: list(run, maxPrompts),
    /** The prompts answer as one, by the mean of their probabilities for each label; otherwise each gives answers of its own. */
    as: v.exactOptional(v.literal('committee')),
  }),
  'labellings.list': nothing,
  'labellings.show': v.strictObject({ labelling }),
  /** Begins, or goes on behind the last answer; with other columns than before it begins anew. */
  'labellings.start': v.strictObject({
    labelling,
    text: v.exactOptional(column),
    /** '' = none. */
    context: v.exactOptional(column),
    /** Where no prompt answers: the labels to choose from; those in `answers` are added. */
    labels: v.exactOptional(list(label, maxLabels)),
    /** Where no prompt answers: the column with the answers that are known already, '' = none. */
    answers: v.exactOptional(v.union([column, v.literal('')])),
  }),
  /** Lets a prompt answer, in place of the one before or of nobody, all rows that nobody has corrected. */
  'labellings.suggest': v.strictObject({ labelling, run }),
  /** Ends after the answers that are kept; those under way are computed again later. */
  'labellings.stop': v.strictObject({ labelling }),
  /** Emits progress until the labelling ends, whatever ends it. */
  'labellings.watch': v.strictObject({ labelling }),
  /** Removes the labelling with its answers and its copy of the file. */
  'labellings.remove': v.strictObject({ labelling }),
  /** Answers of one prompt, the least confident first or in the file's order. */
  'labellings.rows': v.strictObject({
    labelling,
    prompt,
    order: v.picklist(['confidence', 'file']),
    /** Only rows with this answer. */
    label: v.exactOptional(text),
    below: v.exactOptional(confidence),
    from: whole(0, Number.MAX_SAFE_INTEGER),
    count: whole(1, 1000),
  }),
  /** The right answer of some rows; an empty one takes the correction back. */
  'labellings.correct': v.strictObject({
    labelling,
    prompt,
    rows: list(whole(0, Number.MAX_SAFE_INTEGER), 10_000, 1),
    answer: text,
  }),
  /** One more label to choose among, which the prompt does not know yet. */
  'labellings.addLabel': v.strictObject({ labelling, prompt, label }),
  /**
   * Another name for a label that a person has named, in all of their answers; to the name of another label, the two
   * become one. Rows that the data set has are sent again.
   */
  'labellings.renameLabel': v.strictObject({ labelling, prompt, label, name: label }),
  /**
   * Takes all answers for right that are at least so sure and that nobody has corrected. As nobody has looked at them, no
   * verdict will rest on them.
   */
  'labellings.accept': v.strictObject({ labelling, prompt, above: confidence }),
  /**
   * Adds the corrected rows that are not there yet to the data set that the prompt was tuned on, or of a table that was
   * answered by hand, to a data set of its own. Those that were corrected again since are changed there.
   */
  'labellings.send': v.strictObject({ labelling, prompt }),
  /** Writes the table as a file, over one that is there. */
  'labellings.save': v.strictObject({
    labelling,
    to: v.picklist(labelledForms),
    path: path('save'),
    /** Only rows with an answer whose confidence is below this; one for all prompts, or one for each in their order. */
    below: v.exactOptional(v.union([confidence, list(confidence, maxPrompts, 1)])),
  }),
} as const

/** `ready`: nothing is answered yet; `stopped`: by its owner, or because the studio ended. */
export type LabellingState = 'ready' | 'running' | 'stopped' | 'finished' | 'failed'

export interface LabellingPrompt {
  readonly name: string
  /** The labels that it chooses among; none where its answers are generated. */
  readonly labels: readonly string[]
  /** Those among them that a person has added, and that the prompt does not know. */
  readonly added?: readonly string[]
  /** Where several prompts answer as one: who they are. */
  readonly members?: readonly string[]
  /** Temperatures at which its prompts answer this table, whatever they are calibrated to later; absent where each is 1. */
  readonly temperatures?: readonly number[]
  /** True where no prompt answers yet, but a person. */
  readonly byHand?: true
  /** Where a person answers: the column with the answers that are known already, '' = none. */
  readonly known?: string
}

/** Labels that a person has named, and may rename. */
export const ownLabels = ({ labels, added = [], byHand }: LabellingPrompt): readonly string[] =>
  byHand ? labels : added

/** The tuned prompts that give its answers; none where a person does. */
export const answeringPrompts = ({ name, members, byHand }: LabellingPrompt): readonly string[] =>
  byHand ? [] : (members ?? [name])

export interface LabellingRecord {
  readonly id: number
  /** The file's name. */
  readonly file: string
  readonly state: LabellingState
  readonly columns: readonly string[]
  readonly text: string
  /** '' where there is none. */
  readonly context: string
  readonly prompts: readonly LabellingPrompt[]
  /** Rows of the table. */
  readonly rows: number
  /** Rows that are done, empty ones among them. */
  readonly done: number
  readonly taken: Taken
  /** Lines of the file that are no rows: they get no answer. */
  readonly skipped: number
  /** Cells of the first rows. */
  readonly first: readonly (readonly string[])[]
  /** The data set that its right answers go into; undefined where that is its prompt's, or none yet. */
  readonly dataset: number | undefined
  /** Why it has failed. */
  readonly error: string | undefined
  readonly createdAt: string
}

/** What one prompt has answered so far. */
export interface PromptAnswers extends LabellingPrompt {
  /** The most frequent answer first; corrected rows count with their right answer. */
  readonly counts: readonly LabelCount[]
  /** Answers of each tenth of the confidence, 0 to 0.1 first. */
  readonly confidences: readonly number[]
  /** Confidence from which on the prompt answers alone; absent where it always does. */
  readonly threshold?: number
  /** True where a prompt was calibrated since it began to answer: how sure it was is no measure for its threshold. */
  readonly outdated?: true
  /** Answers below the threshold that nobody has corrected: they are for a person to give. */
  readonly unsure: number
  /** Answers that not all members of a committee give by themselves, and that nobody has corrected. */
  readonly disputed: number
  readonly corrected: number
  /** Of the corrected rows, those whose answer was accepted unseen. */
  readonly unseen: number
  /** Corrected rows that can be sent to the data set. */
  readonly unsent: number
  /** Corrected rows of each label that somebody has looked at. */
  readonly seen: readonly LabelCount[]
  /** Rows whose text was too long, so that its end was not read. */
  readonly cut: number
  /** The data set that it was tuned on; undefined where it was opened from a file, or is gone. */
  readonly data: { readonly dataset: number; readonly name: string } | undefined
}

export interface LabellingDetails extends LabellingRecord {
  readonly answers: readonly PromptAnswers[]
}

export interface LabelledRow {
  readonly row: number
  readonly text: string
  readonly context: string
  readonly answer: string
  /** 0 to 1: calibrated probability among the labels, or of a generated answer's tokens, their geometric mean. */
  readonly confidence: number
  /** Of a committee: how many members give this answer by themselves. */
  readonly agreeing?: number
  /** Tokens at the text's end that were not read. */
  readonly cut: number
  /** The right answer as its owner says. */
  readonly corrected: string | undefined
  /** True where its owner accepted it without looking at it. */
  readonly unseen: boolean
}

export interface LabellingOutputs {
  readonly 'labellings.open': LabellingDetails
  readonly 'labellings.list': readonly LabellingRecord[]
  readonly 'labellings.show': LabellingDetails
  readonly 'labellings.start': LabellingDetails
  readonly 'labellings.suggest': LabellingDetails
  readonly 'labellings.accept': LabellingDetails
  readonly 'labellings.stop': LabellingDetails
  readonly 'labellings.watch': LabellingDetails
  readonly 'labellings.remove': null
  readonly 'labellings.rows': { readonly total: number; readonly rows: readonly LabelledRow[] }
  readonly 'labellings.correct': LabellingDetails
  readonly 'labellings.addLabel': LabellingDetails
  readonly 'labellings.renameLabel': LabellingDetails
  readonly 'labellings.send': {
    readonly added: number
    readonly changed: number
    readonly dataset: number
    readonly name: string
  }
  /** Rows with answers in it. */
  readonly 'labellings.save': { readonly rows: number }
}
