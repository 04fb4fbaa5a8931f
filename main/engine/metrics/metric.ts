// What a metric is, and how answers are measured by some of them.
import type { Measured, MetricName, Metrics } from '../../contract/metrics.ts'
import { mean } from '../statistics.ts'

export interface Answered {
  /** The right answer. */
  readonly label: string
  readonly predicted: string
}

/** Has a value for each answer; of all of them it is the mean. */
export interface RowMetric {
  readonly name: MetricName
  /** 0 to 1; undefined where it says nothing of this answer, which then does not count. */
  ofRow(answer: Answered): number | undefined
}

/** Has a value of all answers together only. */
export interface CorpusMetric {
  readonly name: MetricName
  /** 0 to 1. */
  ofAll(answers: readonly Answered[], labels: readonly string[]): number
}

export type Metric = RowMetric | CorpusMetric

/** The headline first: verdicts compare its values row by row. */
export type TaskMetrics = readonly [headline: RowMetric, ...others: Metric[]]

/** All metrics of these answers, and each answer with its own values. `labels`: those that could have been answered. */
export function measured<A extends Answered>(
  metrics: TaskMetrics,
  answers: readonly A[],
  labels: readonly string[],
): Measured & { readonly rows: (A & { readonly metrics: Metrics })[] } {
  const rows = answers.map((answer) => ({ ...answer, metrics: rowMetrics(metrics, answer) }))
  const valueOf = (metric: Metric): number =>
    'ofAll' in metric ? metric.ofAll(answers, labels) : mean(rows.flatMap(({ metrics }) => metrics[metric.name] ?? []))
  return {
    headline: metrics[0].name,
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, valueOf(metric)])),
    rows,
  }
}

const rowMetrics = (metrics: TaskMetrics, answer: Answered): Metrics =>
  Object.fromEntries(
    metrics.flatMap((metric) => {
      const value = 'ofRow' in metric ? metric.ofRow(answer) : undefined
      return value === undefined ? [] : [[metric.name, value]]
    }),
  )
