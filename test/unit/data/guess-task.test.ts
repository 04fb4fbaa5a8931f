// Guessing what kind of answers a table holds, clause by clause of the rule.
import { expect, it } from 'vitest'
import { guessTask, guessTaskOf } from '../../../main/engine/data/guess-task.ts'

const times = (count: number, answer: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => answer(i))

it.each([
  ['a few labels', times(60, (i) => ['billing', 'praise', 'other'][i % 3] ?? ''), false, 'classification'],
  ['many labels, each twice', times(154, (i) => `intent ${String(i % 77)}`), false, 'classification'],
  ['yes or no about a context', times(20, (i) => (i % 2 ? 'yes' : 'no')), true, 'classification'],
  ['numbers that repeat', times(20, (i) => String(i % 5)), false, 'classification'],
  ['JSON objects', times(20, (i) => `{"item": "tea", "count": ${String(i)}}`), false, 'generation'],
  ['JSON objects that repeat', times(20, () => '{"mood": "good"}'), false, 'generation'],
  ['JSON objects beside a context', times(20, () => '{"mood": "good"}'), true, 'generation'],
  ['different words', times(20, (i) => `a summary of text ${String(i)}`), false, 'generation'],
  [
    'passages that repeat',
    times(20, (i) => `${String(i % 2)} ${'so it goes on and on '.repeat(6)}`),
    false,
    'generation',
  ],
  ['different words about a context', times(20, (i) => `person ${String(i)}`), true, 'answering'],
  ['empty cells beside labels', ['a', '', 'b', ' ', 'a', '', 'b'], false, 'classification'],
  ['nothing', [], false, 'classification'],
  ['nothing but empty cells', ['', ' '], true, 'classification'],
] as const)('%s', (_, answers, hasContext, task) => {
  const rows = answers.map((answer) => ({ text: 'Some words that are no answer', answer }))
  expect(guessTask(rows, hasContext)).toBe(task)
})

const people = times(41, (i) => `person ${String(i)}`)
/** 90 questions whose answers stand 2.2 times each, on average. */
const asked = times(90, (i) => people[i % 41] ?? '')

it('takes answers that repeat by chance for answers, where the table has a context', () => {
  expect(
    guessTask(
      asked.map((answer) => ({ text: 'Who?', answer })),
      true,
    ),
  ).toBe('answering')
  expect(
    guessTask(
      asked.map((answer) => ({ text: 'Who?', answer })),
      false,
    ),
  ).toBe('classification')
})

it('takes answers for answers where they stand in most texts, and labels for labels where they are few', () => {
  const found = (answer: string): string => `Then came ${answer.toUpperCase()}, and who was it?`
  expect(
    guessTask(
      asked.map((answer, i) => ({ text: i % 3 ? found(answer) : 'Who?', answer })),
      false,
    ),
  ).toBe('answering')
  const labels = times(60, (i) => ['billing', 'delivery', 'praise'][i % 3] ?? '')
  expect(
    guessTask(
      labels.map((answer) => ({ text: found(answer), answer })),
      false,
    ),
  ).toBe('classification')
})

it('looks for the answers in the columns of text and context', () => {
  const rows = asked.map((answer, i) => [`Who came on day ${String(i)}?`, answer, `There was ${answer} at the door.`])
  const roles = { text: 'question', label: 'answer', context: 'passage' }
  expect(guessTaskOf(['question', 'answer', 'passage'], rows, roles)).toBe('answering')
})
