// Task: which of some labels a text has. The labels' own words are scored, nothing is generated.
import { accuracy, macroF1 } from '../metrics/classification.ts'
import type { Task } from './task.ts'

export const classification: Task = {
  loss: 'labels',
  template: { kind: 'plain', body: 'Text: {text}\nAnswer:', instruction: '', answerPrefix: ' ' },
  inWords: (labels) => `Classify the text as one of: ${labels.join(', ')}.`,
  textOf: (question, context) => (context === '' ? question : `${question}\n${context}`),
  grade: ({ label, predicted }) => Number(label === predicted),
  metrics: (answers, labels) => [
    { name: 'accuracy', value: accuracy(answers) },
    { name: 'macro-F1', value: macroF1(answers, labels) },
  ],
}
