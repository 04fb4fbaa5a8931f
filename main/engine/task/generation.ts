// Task: a text that answers another one - a JSON object with fields, or words as they come.
import { fieldScore, objectOf } from '../metrics/fields.ts'
import { rougeL } from '../metrics/rouge.ts'
import { mean } from '../statistics.ts'
import type { Answered, Task } from './task.ts'

/** Of a right answer that is a JSON object its fields count, of any other the words. */
const grade = ({ label, predicted }: Answered): number =>
  objectOf(label) ? fieldScore(predicted, label).right : rougeL(predicted, label)

const exactly = (answers: readonly Answered[]): number =>
  mean(answers.map(({ label, predicted }) => Number(label.trim() === predicted.trim())))

export const generation: Task = {
  loss: 'vocabulary',
  template: { kind: 'plain', body: 'Text: {text}\nOutput:', instruction: '', answerPrefix: ' ' },
  inWords: () => 'Read the text and write the output that belongs to it, in the same form as always.',
  textOf: (question, context) => (context === '' ? question : `${question}\n${context}`),
  grade,
  metrics(answers) {
    const structured = answers.filter(({ label }) => objectOf(label) !== undefined)
    const all = { name: 'exactly right', value: exactly(answers) }
    if (structured.length < answers.length || answers.length === 0)
      return [{ name: structured.length > 0 ? 'fields or ROUGE-L' : 'ROUGE-L', value: mean(answers.map(grade)) }, all]
    const scores = structured.map(({ label, predicted }) => fieldScore(predicted, label))
    const names = [...new Set(scores.flatMap(({ fields }) => Object.keys(fields)))]
    return [
      { name: 'right fields', value: mean(scores.map(({ right }) => right)) },
      all,
      { name: 'valid JSON', value: mean(scores.map(({ valid }) => Number(valid))) },
      ...names.map((name) => ({
        name: `field ${name}`,
        value: mean(scores.flatMap(({ fields }) => (Object.hasOwn(fields, name) ? [Number(fields[name])] : []))),
      })),
    ]
  },
}
