// Words for the kinds of task: what they are, what their columns hold, and what their figures are of.
import type { TaskName } from '../../../../main/contract/settings.ts'

type Words<T = string> = Record<TaskName, T>

export const tasks = {
  what: 'What the answers are',
  guessed: 'Guessed from the answers; change it where it is wrong.',
  names: {
    classification: 'Sort texts into labels',
    generation: 'Write a text or fields',
    answering: 'Answer a question',
  } satisfies Words,
  help: {
    classification: 'Every text has one of a few answers. The model picks the likeliest.',
    generation: 'A summary, a JSON object with fields, any text: the model writes it, word by word.',
    answering: 'A short answer to a question, with words from a context that stands beside it.',
  } satisfies Words,
  columns: {
    classification: { text: 'Text to read', label: 'Right label', context: 'Read behind the text' },
    generation: { text: 'Text to read', label: 'Right output', context: 'Read behind the text' },
    answering: { text: 'Question', label: 'Right answer', context: 'What the question is about' },
  } satisfies Words<{ text: string; label: string; context: string }>,
  noContext: 'No column',
  contextHelp: 'Where a row is too long, the end of this is cut: never the question, never the answer.',
  reads: (text: string, label: string, context: string) =>
    `Reads “${text}”${context === '' ? '' : ` with “${context}”`}, answers with “${label}”.`,

  /** What a run is judged by, where nothing more exact is known yet. */
  figure: {
    classification: 'Right answers',
    generation: 'Mean of right fields, or of ROUGE-L',
    answering: 'Mean token F1',
  } satisfies Words,
  /** The same where there is little room. */
  brief: {
    classification: 'accuracy',
    generation: 'fields or ROUGE-L',
    answering: 'token F1',
  } satisfies Words,
  meanOf: (figure: string) => `Mean ${figure}`,
  validation: {
    classification: 'Validation accuracy',
    generation: 'Validation, word for word right',
    answering: 'Validation, word for word right',
  } satisfies Words,

  figures: 'All figures',
  figuresTable: 'The figures as a table',
  figuresHelp: {
    classification:
      'On the held-out rows. Accuracy is the share of right answers; macro-F1 counts each label the same, however rare.',
    generation:
      'On the held-out rows. An answer that is a JSON object is graded by its right fields; any other by ROUGE-L: the words that it shares, in order, with the right one.',
    answering:
      'On the held-out rows. Token F1 is how many words an answer shares with the right one; exact match counts only whole answers.',
  } satisfies Words,
  noFigures: 'Nothing was judged yet.',
  figureOf: 'Figure',

  answers: 'What was written',
  answersHelp: 'Every held-out row with its right answer, the worst first.',
  text: { classification: 'Text', generation: 'Text', answering: 'Question' } satisfies Words,
  right: 'Right answer',
  wrote: 'What was written',
  grade: 'Grade',
  nothingWritten: '(nothing)',
  noAnswers: 'No row was answered.',
  better: (count: number) => `Better: ${String(count)}`,
  worse: (count: number) => `Worse: ${String(count)}`,
  flipsHelp: (other: string) => `Rows whose answer has another grade than with ${other}, the largest change first.`,
  noBetter: 'No answer became better.',
  noWorse: 'No answer became worse.',
  writtenAnswers: (different: string) =>
    different === '1'
      ? 'All rows have the same answer.'
      : `${different} different answers. They are written word by word, not chosen among labels.`,
} as const
