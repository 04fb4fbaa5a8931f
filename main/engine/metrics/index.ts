// Every metric that a task may list.
import type { MetricName } from '../../contract/metrics.ts'
import { macroF1 } from './classification.ts'
import { fieldScore, objectOf } from './fields.ts'
import type { Answered, CorpusMetric, RowMetric } from './metric.ts'
import { rougeL } from './rouge.ts'
import { exactMatch, tokenF1 } from './words.ts'

export { measured, type TaskMetrics } from './metric.ts'

const byRow = (name: MetricName, ofRow: RowMetric['ofRow']): RowMetric => ({ name, ofRow })

const macroF1Metric: CorpusMetric = { name: 'macro_f1', ofAll: macroF1 }
const fieldAccuracy = ({ label, predicted }: Answered): number => fieldScore(predicted, label).right
const wordOrder = ({ label, predicted }: Answered): number => rougeL(predicted, label)

/** However lines end and letters with marks are encoded (NFC). */
const sameText = (...texts: readonly [string, string]): boolean => {
  const [one, other] = texts.map((text) => text.replaceAll('\r\n', '\n').trim().normalize('NFC'))
  return one === other
}

export const metrics = {
  accuracy: byRow('accuracy', ({ label, predicted }) => Number(label === predicted)),
  macroF1: macroF1Metric,
  tokenF1: byRow('token_f1', ({ label, predicted }) => tokenF1(predicted, label)),
  rougeL: byRow('rouge_l', wordOrder),
  /** The same text but for white space around it. */
  exactText: byRow('exact_match', ({ label, predicted }) => Number(sameText(label, predicted))),
  /** The same text but for case, punctuation and articles, as of short answers. */
  exactAnswer: byRow('exact_match', ({ label, predicted }) => Number(exactMatch(predicted, label))),
  validJson: byRow('valid_json', ({ predicted }) => Number(objectOf(predicted) !== undefined)),
  /** Where every right answer is a JSON object. */
  fieldAccuracy: byRow('field_accuracy', fieldAccuracy),
  /** Where some right answers are JSON objects and some are not. */
  fieldsOrRougeL: byRow('fields_or_rouge_l', (answer) =>
    objectOf(answer.label) ? fieldAccuracy(answer) : wordOrder(answer),
  ),
} as const

/** Of one field, where every right answer is a JSON object; it counts in those that have it. */
export const fieldMetric = (field: string): RowMetric =>
  byRow(`field:${field}`, ({ label, predicted }) => {
    const { fields } = fieldScore(predicted, label)
    return Object.hasOwn(fields, field) ? Number(fields[field]) : undefined
  })
