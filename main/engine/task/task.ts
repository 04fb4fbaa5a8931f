// What kinds of task have in common: how a row is asked, and by which metrics its answers are measured.
import type { LossName, Template } from '../../contract/settings.ts'
import type { TaskMetrics } from '../metrics/index.ts'

export interface Task {
  /** The loss where nobody chooses one. */
  readonly loss: LossName
  /** The template where nobody chooses one. */
  readonly template: Template
  /** What is to be done, in words: what virtual tokens start from, and what a written prompt says. */
  inWords(labels: readonly string[]): string
  /**
   * The text of a row that has a context beside its question. What is cut where a row is too long is the text's end: what
   * must not be cut comes first.
   */
  textOf(question: string, context: string): string
  /** What its answers are measured by, as the right ones among them ask for it. */
  metrics(right: readonly string[]): TaskMetrics
}
