// Methods runs.* and prompts.*: plan, start, steer, follow, judge and compare runs.
import * as v from 'valibot'
import type { KnownProvider, StepMetrics, TunedPrompt } from '../compute.ts'
import type { PromptInspection } from '../inspection.ts'
import type { Measured, MetricName } from '../metrics.ts'
import type { PrecisionName } from '../model.ts'
import {
  type EvaluationRecord,
  type Subject,
  subjectNames,
  type ModelRecord,
  type NoteRecord,
  type RunRecord,
  type ValidationRecord,
} from '../records.ts'
import type { GivenSettings, TuneSettings } from '../settings.ts'
import { column, id, nothing, run, text, title, whole } from './fields.ts'

const plannedWith = (settings: v.GenericSchema<GivenSettings>) => ({
  model: title,
  dataset: id,
  version: id,
  text: column,
  label: column,
  /** What the text asks about, where the task has such a column. */
  context: v.exactOptional(column),
  /** Held-out rows at most. */
  test: v.exactOptional(whole(1, 1_000_000)),
  /** A run on the same version and columns whose split is taken over, so that the two are judged on the same rows. */
  rowsOf: v.exactOptional(run),
  settings,
})

/** What a run's own tuned prompt may be measured against. */
const rival = v.picklist(['no prompt', 'hand-written prompt'])

/** `settings`: the schema of what a person may set. */
export const runInputs = (settings: v.GenericSchema<GivenSettings>) => {
  const planned = plannedWith(settings)
  return {
    /** The whole of the settings that a start would take: what is given, and the defaults for the rest. */
    'runs.plan': v.strictObject(planned),
    /** A few real steps on the longest rows: time, memory, and whether it fits. */
    'runs.preflight': v.strictObject(planned),
    /** `because`: why these settings, as a pre-flight told; it is kept with the run. */
    'runs.start': v.strictObject({
      name: v.exactOptional(title),
      because: v.exactOptional(v.pipe(v.string(), v.maxLength(2000))),
      ...planned,
    }),
    'runs.resume': v.strictObject({ run }),
    /** Ends behind the current step with a checkpoint: a pause. */
    'runs.stop': v.strictObject({ run }),
    /** Ends training now, keeps the best prompt so far and judges it. */
    'runs.keep': v.strictObject({ run }),
    /** Ends it at once and removes it with all that it made. */
    'runs.discard': v.strictObject({ run }),
    /** Puts a waiting run at a place in the queue, 0 = next. */
    'runs.move': v.strictObject({ run, place: whole(0, 10_000) }),
    'runs.edit': v.strictObject({
      run,
      name: v.exactOptional(title),
      note: v.exactOptional(v.pipe(v.string(), v.maxLength(10_000))),
      tags: v.exactOptional(v.pipe(v.array(title), v.maxLength(20))),
      starred: v.exactOptional(v.boolean()),
    }),
    'runs.list': nothing,
    'runs.show': v.strictObject({ run }),
    /** Tells all that has happened since the run was taken on, then all that happens, until it ends. */
    'runs.watch': v.strictObject({ run }),
    /**
     * The run's tuned prompt against another run's, or against a rival of its own: the stronger one where none is named.
     * On the held-out rows that both were scored on.
     */
    'runs.verdict': v.strictObject({ run, against: v.exactOptional(run), rival: v.exactOptional(rival) }),
    /** What to try next, each with its reason; nothing where the run is healthy. */
    'runs.advise': v.strictObject({ run }),
    /** All figures of the run's task, of each that answered its held-out rows. */
    'runs.metrics': v.strictObject({ run }),
    'runs.confusion': v.strictObject({ run, subject: v.picklist(subjectNames) }),
    /** Scored rows of one cell of the confusion matrix, or all. */
    'runs.answers': v.strictObject({
      run,
      subject: v.picklist(subjectNames),
      label: v.exactOptional(text),
      predicted: v.exactOptional(text),
    }),
    /** Rows that the run answers rightly and those that a verdict compares it with did not, and the other way round. */
    'runs.flips': v.strictObject({ run, against: v.exactOptional(run), rival: v.exactOptional(rival) }),
    /**
     * Each virtual token of the run's prompt: what it is near to, how large it is, its gradients, and the answers to some
     * validation rows without it. Long work the first time.
     */
    'runs.inspect': v.strictObject({ run }),
    /** The same where it was found since the service started, without any work. */
    'runs.inspection': v.strictObject({ run }),
    /** A self-contained page about some runs, to keep or print. */
    'runs.report': v.strictObject({ runs: v.pipe(v.array(run), v.minLength(1), v.maxLength(50)) }),
    'prompts.get': v.strictObject({ run }),
  } as const
}

/** A run as a table shows it. */
export interface RunSummary extends RunRecord {
  readonly modelName: string
  readonly datasetName: string
  /** What the three below are of, on its held-out rows; undefined before it has finished, as they are. */
  readonly headline: MetricName | undefined
  readonly noPrompt: number | undefined
  /** Undefined as well where no duel was held. */
  readonly handWritten: number | undefined
  readonly tuned: number | undefined
  /** Held-out rows that were scored. */
  readonly rows: number | undefined
  /** Step reached. */
  readonly step: number
  /** Place in the queue, 0 = next; undefined where it does not wait. */
  readonly place: number | undefined
}

export interface RunDetails {
  readonly run: RunRecord
  readonly model: ModelRecord
  readonly datasetName: string
  readonly textColumn: string
  readonly labelColumn: string
  /** '' where there is none. */
  readonly contextColumn: string
  readonly labels: readonly string[]
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
  readonly notes: readonly NoteRecord[]
  readonly evaluations: readonly EvaluationRecord[]
  /** Step of the checkpoint that a resume would go on from. */
  readonly checkpoint: number | undefined
}

export interface RunPlan {
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
  /** Why this precision, where an earlier pre-flight chose it; empty where it had no choice, absent where none was. */
  readonly because?: string
  /** Numbers of rows that no part may have, because they are nearly the same as rows of two parts. */
  readonly leftOut: readonly number[]
}

/** The base model in one precision on one kind of hardware, as a few real steps found it. */
export interface PreflightTrial {
  readonly precision: PrecisionName
  readonly hardware: Pick<KnownProvider, 'name' | 'title'>
  /** Whole run, shortest and longest that the measured steps allow. */
  readonly seconds: readonly [number, number]
  readonly memory: number
  readonly fits: boolean
  /** Cosine of its gradient to the one of the first trial; undefined for that one. */
  readonly agreement: number | undefined
}

/** What follows is of the trial that was chosen. */
export interface Preflight {
  readonly plan: RunPlan
  readonly trials: readonly PreflightTrial[]
  readonly chosen: PrecisionName
  /** Name of the hardware that was measured with it. */
  readonly hardware: string
  /** A sentence for each kind of hardware that did not prove itself. */
  readonly refused: readonly string[]
  /** Why, in one sentence; empty where there was nothing to choose. */
  readonly because: string
  /** Whole run, shortest and longest that the measured steps allow. */
  readonly seconds: readonly [number, number]
  /** Peak bytes of the compute process while it took the steps. */
  readonly memory: number
  /** Bytes that this computer has for it. */
  readonly available: number
  readonly fits: boolean
  /** What to do where it does not fit, or what to know where it does. */
  readonly advice: string
  /** Milliseconds of each step that was taken. */
  readonly steps: readonly number[]
}

export type VerdictKind = 'better' | 'worse' | 'cannot tell'

/** Of the runs' headline metric; difference and its 95 % interval (paired bootstrap over rows) are tuned minus other. */
export interface Verdict {
  readonly kind: VerdictKind
  /** What `other` is of; 'tuned prompt' of another run. */
  readonly rival: Subject
  readonly rows: number
  readonly tuned: number
  readonly other: number
  readonly difference: number
  readonly low: number
  readonly high: number
  /** The verdict in one sentence. */
  readonly sentence: string
}

export type AdviceRule =
  | 'out-of-memory'
  | 'rate-too-high'
  | 'rate-too-low'
  | 'stopped-early'
  | 'over-fitting'
  | 'task-mismatch'
  | 'too-few-rows'
  | 'initialisation'
  | 'too-few-tokens'
  | 'small-model'

/** One thing to try next. */
export interface Advice {
  readonly rule: AdviceRule
  /** What in the run asks for it, with the run's own figures. */
  readonly evidence: string
  /** What it proposes. */
  readonly change: string
  /** The change: laid over the run's settings, they are those of the next run. */
  readonly settings: Partial<TuneSettings>
}

export interface AnsweredRow {
  readonly row: number
  readonly text: string
  readonly label: string
  readonly predicted: string
  /** Probability of the predicted label among the labels; 0 where answers are written. */
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

/** What the lens found in a run's prompt. */
export interface RunInspection {
  readonly inspection: PromptInspection
  /** [tokens][stretches]: mean L2 norm of each token's gradient in stretches of the run, in order; NaN where none was a number. */
  readonly gradients: readonly (readonly number[])[]
}

export interface RunOutputs {
  readonly 'runs.plan': RunPlan
  readonly 'runs.preflight': Preflight
  readonly 'runs.start': RunRecord
  readonly 'runs.resume': RunRecord
  readonly 'runs.stop': RunRecord
  readonly 'runs.keep': RunRecord
  readonly 'runs.discard': null
  readonly 'runs.move': null
  readonly 'runs.edit': RunRecord
  readonly 'runs.list': readonly RunSummary[]
  readonly 'runs.show': RunDetails
  readonly 'runs.watch': RunRecord
  readonly 'runs.verdict': Verdict
  readonly 'runs.metrics': readonly ({ readonly subject: Subject } & Measured)[]
  readonly 'runs.advise': readonly Advice[]
  /** counts[i][j]: rows of labels[i] that were answered as labels[j]. */
  readonly 'runs.confusion': { readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] }
  readonly 'runs.answers': readonly AnsweredRow[]
  readonly 'runs.flips': { readonly fixed: readonly FlippedRow[]; readonly broken: readonly FlippedRow[] }
  readonly 'runs.inspect': RunInspection
  /** Null where it was not found yet. */
  readonly 'runs.inspection': RunInspection | null
  readonly 'runs.report': { readonly html: string }
  readonly 'prompts.get': TunedPrompt
}
