// Methods runs.*: plan, start, control, watch, evaluate and compare runs.
import * as v from 'valibot'
import type { KnownProvider, StepMetrics, TunedPrompt } from '../compute.ts'
import type { Effort } from '../efforts.ts'
import type { PromptInspection } from '../inspection.ts'
import type { RunMeasures } from '../measures.ts'
import type { Measured, MetricName } from '../metrics.ts'
import type { PrecisionName } from '../model.ts'
import type { Power } from '../power.ts'
import type { Outlook } from '../outlook.ts'
import {
  type EvaluationRecord,
  rivalNames,
  type OfSubjects,
  type Subject,
  subjectNames,
  type ModelRecord,
  type NoteRecord,
  type RunRecord,
  type SplitSizes,
  type ValidationRecord,
} from '../records.ts'
import type { GivenSettings, TuneSettings } from '../settings.ts'
import { column, id, list, nothing, reference, run, text, title, whole } from './fields.ts'

const plannedWith = (settings: v.GenericSchema<GivenSettings>) => ({
  model: reference,
  dataset: id,
  version: id,
  text: column,
  label: column,
  /** The column of contexts, where the task has one. */
  context: v.exactOptional(column),
  /** Rows of the test set at most. */
  test: v.exactOptional(whole(1, 1_000_000)),
  /** A run on the same version and columns whose split is used again, so that both are evaluated on the same rows. */
  rowsOf: v.exactOptional(run),
  /** Share of the training rows that it learns from, the same share of each label; all where absent. */
  share: v.exactOptional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1))),
  /** A tuned prompt of this base model and of the same method and shapes, from which the run starts. */
  from: v.exactOptional(run),
  settings,
})

/** What a run's own tuned prompt can be compared with. */
const rival = v.picklist(rivalNames)

/** Methods that read or compare the results of runs. */
const resultInputs = {
  /**
   * Compares the run's tuned prompt with another run's, or with one of its own rivals (where `rival` is absent, with the
   * one that did best on the test rows: a choice in that rival's favour), on the test rows that both were evaluated on.
   */
  'runs.verdict': v.strictObject({ run, against: v.exactOptional(run), rival: v.exactOptional(rival) }),
  /** What to try next, each with its reason; empty where nothing calls for a change. */
  'runs.advise': v.strictObject({ run }),
  /** All metrics of the run's task on its test set, for each subject that was evaluated. */
  'runs.metrics': v.strictObject({ run }),
  'runs.confusion': v.strictObject({ run, subject: v.picklist(subjectNames) }),
  /** Evaluated rows of one cell of the confusion matrix, or all. */
  'runs.answers': v.strictObject({
    run,
    subject: v.picklist(subjectNames),
    label: v.exactOptional(text),
    predicted: v.exactOptional(text),
  }),
  /** Rows that only the run answers rightly, and rows that only the other side of its verdict does. */
  'runs.flips': v.strictObject({ run, against: v.exactOptional(run), rival: v.exactOptional(rival) }),
  /**
   * Inspects the run's prompt, token by token: nearest tokens, norms, gradients, and ablations on some validation rows.
   * The first call computes, later ones return the stored result.
   */
  'runs.inspect': v.strictObject({ run }),
  /** The result of an earlier 'runs.inspect' since the service started, without computing. */
  'runs.inspection': v.strictObject({ run }),
  /** A self-contained HTML page about some runs, to save or print. */
  'runs.report': v.strictObject({ runs: list(run, 50, 1) }),
  'prompts.get': v.strictObject({ run }),
} as const

/** `settings`: the schema of a run's given settings. */
export const runInputs = (settings: v.GenericSchema<GivenSettings>) => {
  const planned = plannedWith(settings)
  return {
    /** The complete settings of a run before it starts: the given ones, and defaults for the rest. */
    'runs.plan': v.strictObject(planned),
    /** The tuned prompts that a run with these settings can start from, the newest first. */
    'runs.starts': v.strictObject({ model: reference, settings }),
    /** Measures a few real steps, and predicts time, memory and whether the run fits. */
    'runs.preflight': v.strictObject(planned),
    /** `because`: a pre-flight's reason for the precision, stored with the run. */
    'runs.start': v.strictObject({
      name: v.exactOptional(title),
      because: v.exactOptional(v.pipe(v.string(), v.maxLength(2000))),
      ...planned,
    }),
    'runs.resume': v.strictObject({ run }),
    /** Pauses the run after the current step, with a checkpoint. */
    'runs.stop': v.strictObject({ run }),
    /**
     * Ends training after the current step, keeps the best prompt so far and evaluates it. A run that is paused is
     * queued for its evaluation, as 'runs.resume' queues it.
     */
    'runs.keep': v.strictObject({ run }),
    /** Ends the run at once and removes it with all its results. Error: 'shelf/answers' where its prompt answers programs. */
    'runs.discard': v.strictObject({ run }),
    /** Moves a waiting run to a place in the queue, 0 = next. */
    'runs.move': v.strictObject({ run, place: whole(0, 10_000) }),
    'runs.edit': v.strictObject({
      run,
      name: v.exactOptional(title),
      note: v.exactOptional(v.pipe(v.string(), v.maxLength(10_000))),
      tags: v.exactOptional(list(title, 20)),
      starred: v.exactOptional(v.boolean()),
    }),
    /** The wanted name, or one like it that no run or prompt has or had. */
    'runs.freeName': v.strictObject({ wanted: v.pipe(v.string(), v.maxLength(10_000)) }),
    'runs.list': nothing,
    'runs.show': v.strictObject({ run }),
    /** Emits the events since the run was started in this process, then every further event, until the run ends. */
    'runs.watch': v.strictObject({ run }),
    ...resultInputs,
  } as const
}

/** A run as a table shows it. Its figures are of `headline` on the test set. */
export interface RunSummary extends RunRecord, OfSubjects<number> {
  readonly modelName: string
  readonly datasetName: string
  /** Undefined before the run has finished. */
  readonly headline: MetricName | undefined
  /** Test rows that were evaluated. */
  readonly rows: number | undefined
  /** Step reached. */
  readonly step: number
  /** Place in the queue, 0 = next; undefined where the run is not queued. */
  readonly place: number | undefined
  /** Undefined where the run is not under way. */
  readonly outlook: Outlook | undefined
}

export interface RunDetails {
  readonly run: RunRecord
  readonly model: ModelRecord
  /** The model that it has made, where its result is one. */
  readonly made?: ModelRecord
  readonly datasetName: string
  readonly textColumn: string
  readonly labelColumn: string
  /** '' where there is none. */
  readonly contextColumn: string
  readonly labels: readonly string[]
  readonly rows: SplitSizes
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
  /** What the model alone answers on the validation set; undefined where it was not measured. */
  readonly untuned: Measured | undefined
  readonly notes: readonly NoteRecord[]
  readonly evaluations: readonly EvaluationRecord[]
  /** Undefined before it has finished, and for runs of earlier versions, which did not measure. */
  readonly measures: RunMeasures | undefined
  /** Step of the checkpoint from which the run would resume. */
  readonly checkpoint: number | undefined
}

export interface RunPlan {
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly rows: SplitSizes
  /** Why an earlier pre-flight chose this precision: empty where it had no choice, absent without a pre-flight. */
  readonly because?: string
  /** Shortest and longest time of the whole run by effort (balanced: as planned), where such runs were measured on this computer. */
  readonly seconds?: Readonly<Record<Effort, readonly [number, number]>>
  /** How many rows are left out of the split, because they are near duplicates of rows in two of its parts. */
  readonly leftOut: number
  /** How many rows the three sets have no room for. */
  readonly unused: number
  /** Estimated bytes of memory and of disk, where the result is a model. */
  readonly needs?: { readonly memory: number; readonly disk: number }
  readonly power: Power
}

/** A tuned prompt that a run can start from. */
export interface PossibleStart {
  readonly name: string
  /** Name of the data set that it was tuned on; undefined where it was opened from a file. */
  readonly tunedOn: string | undefined
}

/** Measurements of a few real steps in one precision on one kind of hardware. */
export interface PreflightTrial {
  readonly precision: PrecisionName
  readonly hardware: Pick<KnownProvider, 'name' | 'title'>
  /** Shortest and longest predicted time of the whole run. */
  readonly seconds: readonly [number, number]
  readonly memory: number
  readonly fits: boolean
  /** Cosine between its gradient and the first trial's; undefined for the first trial. */
  readonly agreement: number | undefined
}

/** Results of a pre-flight: its trials, and the figures of the chosen one. */
export interface Preflight {
  readonly plan: RunPlan
  readonly trials: readonly PreflightTrial[]
  readonly chosen: PrecisionName
  /** Name of the hardware that was measured with it. */
  readonly hardware: string
  /** A sentence for each kind of hardware that failed its self-check. */
  readonly refused: readonly string[]
  /** Reason for the choice, in one sentence; empty where there was nothing to choose. */
  readonly because: string
  /** Shortest and longest predicted time of the whole run. */
  readonly seconds: readonly [number, number]
  /** Predicted peak bytes of the run's compute process. */
  readonly memory: number
  /** Bytes that this computer has for it. */
  readonly available: number
  readonly fits: boolean
  /** A remedy where the run does not fit, else a remark. */
  readonly advice: string
  /** Milliseconds of each measured step. */
  readonly steps: readonly number[]
}

export type VerdictKind = 'better' | 'worse' | 'cannot tell'

/** Figures are of the headline metric; difference and 95 % interval (paired bootstrap over rows) are of tuned minus other. */
export interface Verdict {
  readonly kind: VerdictKind
  /** The subject of `other`; 'tuned prompt' is another run's. */
  readonly rival: Subject
  readonly rows: number
  readonly tuned: number
  readonly other: number
  readonly difference: number
  readonly low: number
  readonly high: number
  /** The verdict in one sentence. */
  readonly sentence: string
  /** Where the run was cross-validated: who answered its rows, and what the prompt that is kept was tuned on, in a sentence. */
  readonly judges?: string
  /** Where the run is compared with its own rivals and a word count does as well: that it does, in a sentence. */
  readonly remark?: string
}

export type AdviceRule =
  | 'out-of-memory'
  | 'rate-too-high'
  | 'rate-too-low'
  | 'stopped-early'
  | 'words-alone'
  | 'too-short'
  | 'wrong-labels'
  | 'mixed-up'
  | 'over-fitting'
  | 'task-mismatch'
  | 'too-few-rows'
  | 'more-rows'
  | 'initialisation'
  | 'too-few-tokens'
  | 'small-model'
  | 'larger-model'

/** One thing to try next. */
export interface Advice {
  readonly rule: AdviceRule
  /** The reason in the run, with the run's own figures. */
  readonly evidence: string
  /** The proposed change, in a sentence. */
  readonly change: string
  /** The changed settings: merged into the run's settings, they are the next run's. Empty where no setting is the cause. */
  readonly settings: Partial<TuneSettings>
  /** Share of the test rows that it may put right, 0 to 1; undefined where nothing measured says how many. */
  readonly gain?: number
  /** Minutes that the next run learns, by this run's steps; undefined where it starts no run. */
  readonly minutes?: number
  /** The test rows that it is about, best looked at side by side. */
  readonly rows?: AdvisedRows
  /** Shares of the training rows to tune on as well: their results say what more rows would bring. */
  readonly shares?: readonly number[]
  /** Where it begins: at another base model. */
  readonly place?: 'models'
}

/** Rows of one label that were answered with another. `rows`: only these of them. */
export interface AdvisedRows {
  readonly groups: readonly { readonly label: string; readonly predicted: string; readonly rows?: readonly number[] }[]
}

export interface AnsweredRow {
  readonly row: number
  readonly text: string
  readonly label: string
  readonly predicted: string
  /** Probability of the predicted label among the labels, calibrated where it is the tuned prompt's; 0 where answers are generated. */
  readonly probability: number
  /** The headline metric of this answer alone, 0 to 1. */
  readonly grade: number
}

export interface FlippedRow {
  readonly row: number
  readonly text: string
  readonly label: string
  readonly before: string
  readonly after: string
  /** The headline metric of each, 0 to 1. */
  readonly grades: { readonly before: number; readonly after: number }
}

/** Results of a prompt inspection, with the run's gradients. */
export interface RunInspection {
  readonly inspection: PromptInspection
  /** [tokens][stretches]: mean L2 norm of each token's gradient in stretches of the run, in order; NaN where none is finite. */
  readonly gradients: readonly (readonly number[])[]
}

export interface RunOutputs {
  readonly 'runs.plan': RunPlan
  readonly 'runs.starts': readonly PossibleStart[]
  readonly 'runs.preflight': Preflight
  readonly 'runs.start': RunRecord
  readonly 'runs.resume': RunRecord
  readonly 'runs.stop': RunRecord
  readonly 'runs.keep': RunRecord
  readonly 'runs.discard': null
  readonly 'runs.freeName': string
  readonly 'runs.move': null
  readonly 'runs.edit': RunRecord
  readonly 'runs.list': readonly RunSummary[]
  readonly 'runs.show': RunDetails
  readonly 'runs.watch': RunRecord
  readonly 'runs.verdict': Verdict
  readonly 'runs.metrics': readonly ({ readonly subject: Subject } & Measured)[]
  readonly 'runs.advise': readonly Advice[]
  /** counts[i][j]: rows of labels[i] that were answered with labels[j]. */
  readonly 'runs.confusion': { readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] }
  readonly 'runs.answers': readonly AnsweredRow[]
  readonly 'runs.flips': { readonly fixed: readonly FlippedRow[]; readonly broken: readonly FlippedRow[] }
  readonly 'runs.inspect': RunInspection
  /** Null where the prompt was not inspected since the service started. */
  readonly 'runs.inspection': RunInspection | null
  readonly 'runs.report': { readonly html: string }
  readonly 'prompts.get': TunedPrompt
}
