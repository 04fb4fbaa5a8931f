// Task: a text that answers another one - a JSON object with fields, or words as they come.
import { objectOf } from '../metrics/fields.ts'
import { fieldMetric, metrics } from '../metrics/index.ts'
import type { Task } from './task.ts'

export const generation: Task = {
  loss: 'vocabulary',
  template: { kind: 'plain', body: 'Text: {text}\nOutput:', instruction: '', answerPrefix: ' ' },
  inWords: () => 'Read the text and write the output that belongs to it, in the same form as always.',
  textOf: (question, context) => (context === '' ? question : `${question}\n${context}`),
  /** Of a right answer that is a JSON object its fields count, of any other the words. */
  metrics(right) {
    const objects = right.map(objectOf).filter((object) => object !== undefined)
    if (objects.length === 0) return [metrics.rougeL, metrics.exactText]
    if (objects.length < right.length) return [metrics.fieldsOrRougeL, metrics.exactText]
    const fields = [...new Set(objects.flatMap(Object.keys))]
    return [metrics.fieldAccuracy, metrics.exactText, metrics.validJson, ...fields.map(fieldMetric)]
  },
}
