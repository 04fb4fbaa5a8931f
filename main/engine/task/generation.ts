// Task: a text generated from another one - a JSON object with fields, or free text.
import { objectOf } from '../metrics/fields.ts'
import { fieldMetric, metrics } from '../metrics/index.ts'
import type { Task } from './task.ts'

export const generation: Task = {
  loss: 'vocabulary',
  template: { kind: 'plain', body: 'Text: {text}\nOutput:', instruction: '', answerPrefix: ' ' },
  instruction: () => 'Read the text and write the output that belongs to it, in the same form as always.',
  textOf: (question, context) => (context === '' ? question : `${question}\n${context}`),
  /** Right answers that are JSON objects are measured field by field, others by ROUGE-L. */
  metrics(right) {
    const objects = right.map(objectOf).filter((object) => object !== undefined)
    if (objects.length === 0) return [metrics.rougeL, metrics.exactText]
    if (objects.length < right.length) return [metrics.fieldsOrRougeL, metrics.exactText]
    const fields = [...new Set(objects.flatMap(Object.keys))]
    return [metrics.fieldAccuracy, metrics.exactText, metrics.validJson, ...fields.map(fieldMetric)]
  },
}
