// What kinds of task have in common: how a row is asked, how an answer is graded, and what is told of all of them.
import type { LossName, Template } from '../../contract/settings.ts'
import type { TaskMetric } from '../../contract/service.ts'

export interface Answered {
  readonly label: string
  readonly predicted: string
}

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
  /** How right an answer is, 0 to 1; what a run is judged by is its mean. */
  grade(answer: Answered): number
  /** What is told of all answers; the first is the mean grade. */
  metrics(answers: readonly Answered[], labels: readonly string[]): TaskMetric[]
}
