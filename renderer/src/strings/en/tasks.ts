// Texts for the kinds of task: what they are, what their columns hold, and what their metrics are called.
import { type MetricName, metricTitle } from '../../../../main/contract/metrics.ts'
import type { TaskName } from '../../../../main/contract/settings.ts'

type Words<T = string> = Record<TaskName, T>

const headlines: { readonly [N in MetricName]?: string } = {
  accuracy: 'Right answers',
  token_f1: 'Words in common with the right answer (mean token F1)',
  rouge_l: 'Words in common with the right text, in order (mean ROUGE-L)',
  field_accuracy: 'Fields that are right',
  fields_or_rouge_l: 'Right fields, or text in common with the right one (ROUGE-L)',
}

export const tasks = {
  what: 'Kind of task',
  guessed: 'Guessed from the answers; change it if it is wrong.',
  names: {
    classification: 'Sort texts into labels',
    generation: 'Write a text or fields',
    answering: 'Answer a question',
  } satisfies Words,
  help: {
    classification: 'Every text gets one of a few labels. The model picks the likeliest (classification).',
    generation: 'The model writes a summary, a JSON object with fields, or any other text.',
    answering: 'A short answer to a question, in words from a text beside it (the context).',
  } satisfies Words,
  columns: {
    classification: { text: 'Text to read', label: 'Right label', context: 'Extra column to read' },
    generation: { text: 'Text to read', label: 'Right output', context: 'Extra column to read' },
    answering: { text: 'Question', label: 'Right answer', context: 'Context' },
  } satisfies Words<{ text: string; label: string; context: string }>,
  noContext: 'No column',
  contextHelp: 'If a row is too long, the end of this column is cut off, never the question or the answer.',
  reads: (text: string, label: string, context: string) =>
    `Reads “${text}”${context === '' ? '' : ` with “${context}”`}, answers with “${label}”.`,

  metric: metricTitle,
  /** The title of the metric that decides a verdict. */
  headline: (name: MetricName): string => headlines[name] ?? `Mean ${metricTitle(name)}`,

  figures: 'All figures',
  figuresTable: 'The figures as a table',
  figuresHelp: {
    classification:
      'On the test set. Accuracy is the share of right answers; macro-F1 counts each label the same, however rare.',
    generation:
      'On the test set. An answer that is a JSON object is scored by its right fields; any other by ROUGE-L: the words that it has in common with the right text, in order.',
    answering:
      'On the test set. Exact match counts answers that are right word for word; token F1 also counts answers that are partly right, by the words in common.',
  } satisfies Words,
  noFigures: 'Not evaluated yet.',
  figureOf: 'Figure',

  answers: 'Answers',
  answersHelp: 'Every row of the test set with its right answer, the worst first.',
  text: { classification: 'Text', generation: 'Text', answering: 'Question' } satisfies Words,
  right: 'Right answer',
  answer: 'Answer',
  score: 'Score',
  emptyAnswer: '(nothing)',
  noAnswers: 'No row was answered.',
  better: (count: number) => `Better: ${String(count)}`,
  worse: (count: number) => `Worse: ${String(count)}`,
  flipsHelp: (other: string) => `Rows whose score differs, compared with ${other}, the largest change first.`,
  noBetter: 'No answer became better.',
  noWorse: 'No answer became worse.',
  differentAnswers: (different: string) =>
    different === '1'
      ? 'All rows have the same answer.'
      : `${different} different answers. They are written freely, not chosen from labels.`,
} as const
