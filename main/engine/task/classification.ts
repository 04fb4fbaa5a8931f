// Task: which of some labels a text has. The labels' tokens are scored, nothing is generated.
import { metrics } from '../metrics/index.ts'
import type { Task } from './task.ts'

export const classification: Task = {
  loss: 'labels',
  template: { kind: 'plain', body: 'Text: {text}\nAnswer:', instruction: '', answerPrefix: ' ' },
  instruction: (labels) => `Classify the text as one of: ${labels.join(', ')}.`,
  textOf: (question, context) => (context === '' ? question : `${question}\n${context}`),
  metrics: () => [metrics.accuracy, metrics.macroF1],
}
