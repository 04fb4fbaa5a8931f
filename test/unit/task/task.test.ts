// Each kind of task: its text, the grade of an answer, and the metrics over all of them.
import { describe, expect, it } from 'vitest'
import { headlineOf } from '../../../main/contract/metrics.ts'
import { taskNames } from '../../../main/contract/settings.ts'
import { encoderFor, withAnswerLimits } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { measured } from '../../../main/engine/metrics/index.ts'
import { tokenF1 } from '../../../main/engine/metrics/words.ts'
import { scoresLabels, taskOf } from '../../../main/engine/task/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tinyModel } from '../../support/tiny.ts'

describe('every task', () => {
  it.each(taskNames)('gives its mean grade first, all metrics between 0 and 1: %s', (task) => {
    for (const answers of [
      [],
      [
        { label: 'yes', predicted: 'yes' },
        { label: 'no', predicted: 'yes' },
      ],
      [{ label: '{"a": 1, "b": 2}', predicted: '{"a": 1}' }],
      [
        { label: '{"a": 1}', predicted: '{' },
        { label: 'words', predicted: 'words' },
      ],
    ]) {
      const metrics = taskOf({ task }).metrics(answers.map(({ label }) => label))
      const found = measured(metrics, answers, ['yes', 'no'])
      const grades = found.rows.map((row) => headlineOf({ ...found, metrics: row.metrics }))
      expect(headlineOf(found)).toBeCloseTo(grades.reduce((sum, each) => sum + each, 0) / Math.max(1, answers.length))
      expect(Object.keys(found.metrics)[0]).toBe(found.headline)
      expect(Object.keys(found.metrics).length).toBeGreaterThanOrEqual(2)
      for (const value of [...Object.values(found.metrics).map(Number), ...grades])
        expect(value >= 0 && value <= 1).toBe(true)
    }
  })

  it.each(taskNames)('has settings of its own, which are complete: %s', (task) => {
    const settings = defaultSettings({ task }, ['a', 'b'])
    expect(settings).toMatchObject({ task, loss: taskOf({ task }).loss, template: taskOf({ task }).template })
    // A choice among labels is nothing that a text which is written could be tuned by.
    if (!scoresLabels({ task })) expect(defaultSettings({ task, loss: 'labels' }).loss).toBe('vocabulary')
  })
})

it('a JSON answer is measured by its fields', () => {
  const answers = [
    { label: '{"item": "tea", "count": 2}', predicted: '{"item": "tea", "count": 3}' },
    { label: '{"item": "nut", "count": 1}', predicted: 'a nut' },
  ]
  const metrics = taskOf({ task: 'generation' }).metrics(answers.map(({ label }) => label))
  const found = measured(metrics, answers, [])
  expect(Object.entries(found.metrics)).toEqual([
    ['field_accuracy', 0.25],
    ['exact_match', 0],
    ['valid_json', 0.5],
    ['field:item', 0.5],
    ['field:count', 0],
  ])
  expect(found.rows.map((row) => row.metrics)).toEqual([
    { field_accuracy: 0.5, exact_match: 0, valid_json: 1, 'field:item': 1, 'field:count': 0 },
    { field_accuracy: 0, exact_match: 0, valid_json: 0, 'field:item': 0, 'field:count': 0 },
  ])
})

it('of a question that is too long with its context the context is cut, never the question or the answer', async () => {
  const model = await tinyModel('llama')
  const question = 'Who came?'
  const context = 'Anna came in the morning. '.repeat(40)
  const text = taskOf({ task: 'answering' }).textOf(question, context)
  const answer = 'Anna, in the morning'
  const given = defaultSettings({ task: 'answering', maxTokens: 90, tokens: 4 })
  const settings = withAnswerLimits(model, given, { train: [{ row: 0, text, label: answer }], validation: [] })
  const encoder = encoderFor(model, settings, [])
  const maxAnswer = settings.answers?.tokens ?? NaN
  const { segments, truncated } = encoder.fit(text)
  expect(truncated).toBe(810)
  const ids = [...segments.before, ...segments.text, ...segments.after]
  const read = encoder.tokenizer.decode(ids)
  expect(read).toContain(`Question: ${question}\nContext: Anna`)
  expect(read.endsWith('\nAnswer:')).toBe(true)
  // An answer may be longer than any right one by eight tokens.
  expect(maxAnswer).toBe(encoder.answer(answer).length + 8)
  // Virtual tokens, the row, all that may be written and the token that ends it.
  expect(4 + ids.length + maxAnswer + 1).toBe(90)
})

it('an answer that is written is graded as its task says', async () => {
  const model = await tinyModel('llama')
  const runner = createInferenceRunner(model, { threads: 1 })
  const settings = defaultSettings({ task: 'answering' })
  const examples = [{ row: 7, text: 'Who came?\nContext: Anna came.', label: 'Anna' }]
  const found = await scoreTask(runner, { model, settings, labels: [], examples, prompt: undefined }, () => undefined)
  await runner.release()
  const [row] = found.rows
  expect(row).toMatchObject({ row: 7, label: 'Anna', logProbabilities: [] })
  const grade = tokenF1(row?.predicted ?? '', 'Anna')
  expect(found).toMatchObject({ headline: 'token_f1', metrics: { token_f1: grade } })
  expect(row?.metrics.token_f1).toBe(grade)
})
