// The interface of a task: its template, and the metrics that its answers are measured by.
import type { LossName, Template } from '../../contract/settings.ts'
import type { TaskMetrics } from '../metrics/index.ts'

export interface Task {
  /** The default loss. */
  readonly loss: LossName
  /** The default template. */
  readonly template: Template
  /** The task as an instruction: the default text to initialise virtual tokens from, and a hand-written prompt. */
  instruction(labels: readonly string[]): string
  /**
   * The text of a row with a question and a context. Truncation cuts its end, so what must stay comes first.
   */
  textOf(question: string, context: string): string
  /** The metrics of its answers, given the right answers; the first is the headline. */
  metrics(right: readonly string[]): TaskMetrics
}
