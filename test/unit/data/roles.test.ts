// Guessing which column is read and which one answers, as a person would who sees the first rows.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { guessRoles } from '../../../main/engine/data/roles.ts'

const messages = [
  'The parcel has not arrived yet, where is it?',
  'Please send me the invoice of last month again.',
  'Your shop is great, thank you very much!',
  'My password does not work any more.',
  'The colour is not the one in the picture.',
  'Can I pay with my credit card as well?',
]
const teams = ['delivery', 'billing', 'praise', 'delivery', 'billing', 'praise']
const ids = ['10001', '10002', '10003', '10004', '10005', '10006']
const dates = ['2026-03-01', '2026-03-01', '2026-03-02', '2026-03-02', '2026-03-03', '2026-03-03']

/** A table of columns. */
const guess = (columns: Readonly<Record<string, readonly string[]>>) =>
  guessRoles(
    Object.keys(columns),
    messages.map((_, i) => Object.values(columns).map((cells) => cells[i] ?? '')),
  )

it.each([
  ['usual names', { label: teams, text: messages }, 'text', 'label'],
  ['names that say nothing', { a: ids, b: messages, c: teams }, 'b', 'c'],
  [
    'names of two words',
    { 'Ticket ID': ids, 'Customer message': messages, 'Assigned team': teams },
    'Customer message',
    'Assigned team',
  ],
  ['the answer before the text', { team: teams, id: ids, subject: messages }, 'subject', 'team'],
  ['a date beside them', { created: dates, message: messages, queue: teams }, 'message', 'queue'],
  ['numbers as answers', { review: messages, stars: ['1', '5', '5', '1', '3', '5'] }, 'review', 'stars'],
  ['objects with fields as answers', { fields: ids.map((id) => `{"id": ${id}}`), order: messages }, 'order', 'fields'],
  ['a name that says nothing of objects', { a: ids.map((id) => `{"id": ${id}}`), b: messages }, 'b', 'a'],
  [
    'a person’s name called user',
    { user: ids.map((id) => `anna ${id}`), notes: messages, kind: teams },
    'notes',
    'kind',
  ],
  ['an empty column', { note: ['', '', '', '', '', ''], message: messages, team: teams }, 'message', 'team'],
])('finds both under %s', (_, columns, text, label) => {
  expect(guess(columns)).toEqual({ text, label, context: '' })
})

it('takes the columns of a chat for what they are, whatever else stands beside them', () => {
  const chat = { label: teams, user: ids, assistant: messages, 'earlier turns': ['', 'a', 'b', 'c', 'd', ''] }
  expect(guess(chat)).toEqual({ text: 'user', label: 'assistant', context: 'earlier turns' })
  expect(guess({ ...chat, 'earlier turns': ['', '', '', '', 'd', ''] }).context).toBe('')
  expect(guess({ ...chat, assistant: ids.map(() => '') }).label).toBe('label')
})

const questions = ['Who came?', 'Where is Anna?', 'When did it rain?', 'Who left?', 'What is it?', 'Why not?']
const answers = ['Anna', 'at home', 'on Monday', 'Jonas', 'a cat', 'no time']

it.each([
  ['usual names', { context: messages, question: questions, answer: answers }, 'question', 'answer', 'context'],
  [
    'names of two words',
    { 'The passage': messages, Query: questions, Answer: answers },
    'Query',
    'Answer',
    'The passage',
  ],
  [
    'a question that only its question mark reveals',
    { story: messages, q: questions, answer: answers },
    'q',
    'answer',
    'story',
  ],
  ['no name of a context', { notes: messages, question: questions, answer: answers }, 'question', 'answer', ''],
  ['texts that are no questions', { article: ids, message: messages, team: teams }, 'message', 'team', ''],
])('finds what questions are about under %s', (_, columns, text, label, context) => {
  expect(guess(columns)).toEqual({ text, label, context })
})

it('leaves the answer open where there is one column', () => {
  expect(guess({ text: messages })).toEqual({ text: 'text', label: '', context: '' })
})

it('always gives two different columns of the table', () => {
  const name = fc.string({ minLength: 1, maxLength: 8 })
  const tables = fc
    .uniqueArray(name, { minLength: 2, maxLength: 5 })
    .chain((columns) =>
      fc.tuple(
        fc.constant(columns),
        fc.array(fc.array(fc.string({ maxLength: 12 }), { maxLength: columns.length }), { maxLength: 6 }),
      ),
    )
  fc.assert(
    fc.property(tables, ([columns, rows]) => {
      const { text, label, context } = guessRoles(columns, rows)
      expect(columns).toContain(text)
      expect(columns).toContain(label)
      expect(text).not.toBe(label)
      if (context !== '') expect(columns.filter((name) => name !== text && name !== label)).toContain(context)
    }),
  )
})
