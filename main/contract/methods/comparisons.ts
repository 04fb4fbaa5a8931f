// Methods comparisons.*: a sweep over the method alone, as a table of what each method reaches and what it costs.
import * as v from 'valibot'
import type { RunMeasures } from '../measures.ts'
import type { MetricName } from '../metrics.ts'
import type { Subject } from '../records.ts'
import type { MethodName } from '../settings.ts'
import { run } from './fields.ts'
import type { ExportFormat, ModelFormat } from './prompts.ts'
import type { RunPlan } from './runs.ts'
import type { Band, SweepRecord, SweepSummary, SweptConfiguration, Varied } from './sweeps.ts'

export const comparisonInputs = {
  /** The table of a sweep that compares methods. */
  'comparisons.show': v.strictObject({ sweep: run }),
  /** A self-contained HTML page about it, to save or print: the table, then every run that has finished. */
  'comparisons.report': v.strictObject({ sweep: run }),
} as const

/** Whether a sweep over these settings compares methods: nothing else differs between its configurations. */
export const comparesMethods = (vary: readonly Varied[]): boolean => vary.length === 1 && vary[0]?.setting === 'method'

interface Compared {
  /** Headline metric on the test set; undefined where it was not evaluated. */
  readonly test: Band | undefined
  /** Best and worst rank that the intervals allow among all that was evaluated, baselines too; 1 = best. */
  readonly rank: readonly [number, number] | undefined
}

export interface ComparedMethod extends Compared, Pick<SweptConfiguration, 'number' | 'runs' | 'fate'> {
  readonly kind: 'method'
  readonly method: MethodName
  /** Medians of its finished runs, of memory the largest; undefined where none was measured. */
  readonly measures: RunMeasures | undefined
  /** Formats in which its prompt or its model can be exported. */
  readonly targets: readonly (ExportFormat | ModelFormat)[]
  /** Of its finished runs the one with the lowest validation loss: the test set takes no part in the choice. */
  readonly use: string | undefined
}

/** What answered the same test rows without being tuned. */
export interface ComparedBaseline extends Compared {
  readonly kind: 'baseline'
  readonly subject: Subject
}

export type ComparedRow = ComparedMethod | ComparedBaseline

export interface MethodComparison {
  readonly sweep: SweepRecord
  readonly summary: SweepSummary
  readonly rows: RunPlan['rows']
  /** The metric of the figures; undefined before the first run has finished. */
  readonly headline: MetricName | undefined
  /** By rank; what the intervals do not separate is in the order in which it was asked for, baselines last. */
  readonly compared: readonly ComparedRow[]
  /** What to take and why, in one or two sentences; how far it is, before it has finished. */
  readonly sentence: string
  /** The method that the sentence says to take. */
  readonly take: MethodName | undefined
}

export interface ComparisonOutputs {
  readonly 'comparisons.show': MethodComparison
  readonly 'comparisons.report': { readonly html: string }
}
