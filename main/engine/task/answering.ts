// Task: a short answer to a question about a context.
import { exactMatch, tokenF1 } from '../metrics/words.ts'
import { mean } from '../statistics.ts'
import type { Answered, Task } from './task.ts'

const grade = ({ label, predicted }: Answered): number => tokenF1(predicted, label)

export const answering: Task = {
  loss: 'vocabulary',
  template: { kind: 'plain', body: 'Question: {text}\nAnswer:', instruction: '', answerPrefix: ' ' },
  inWords: () => 'Answer the question in a few words, with words from the context.',
  // The context is what gives way where a row is too long.
  textOf: (question, context) => (context === '' ? question : `${question}\nContext: ${context}`),
  grade,
  metrics: (answers) => [
    { name: 'token F1', value: mean(answers.map(grade)) },
    { name: 'exact match', value: mean(answers.map(({ label, predicted }) => Number(exactMatch(predicted, label)))) },
  ],
}
