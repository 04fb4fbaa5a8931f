// Task: a short answer to a question about a context.
import { metrics } from '../metrics/index.ts'
import type { Task } from './task.ts'

export const answering: Task = {
  loss: 'vocabulary',
  template: { kind: 'plain', body: 'Question: {text}\nAnswer:', instruction: '', answerPrefix: ' ' },
  instruction: () => 'Answer the question in a few words, with words from the context.',
  // The context comes last, because truncation cuts the end.
  textOf: (question, context) => (context === '' ? question : `${question}\nContext: ${context}`),
  metrics: () => [metrics.tokenF1, metrics.exactAnswer],
}
