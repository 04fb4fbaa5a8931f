// Guessing what kind of answers a table holds, clause by clause of the rule.
import { expect, it } from 'vitest'
import { guessTask } from '../../../main/engine/data/guess-task.ts'

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
  expect(guessTask(answers, hasContext)).toBe(task)
})
