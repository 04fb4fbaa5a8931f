// What was answered today, in words.
import { expect, it } from 'vitest'
import { today } from '../../../../../renderer/src/pages/shelf/today.ts'

const labels = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([label, answers]) => ({ label, answers }))

it('adds up versions, the most frequent labels first, and leaves other items out', () => {
  const answered = [
    { item: 'mail', version: 1, labels: labels({ billing: 2, praise: 1 }) },
    { item: 'mail', version: 2, labels: labels({ billing: 1, refund: 1, delivery: 5, other: 1 }) },
    { item: 'urgency', version: 1, labels: labels({ yes: 1000 }) },
    { item: 'reply', version: 1, labels: labels({ '': 1 }) },
  ]
  expect(today('mail', answered)).toBe('11 answers: delivery 5, billing 3, praise 1, refund 1, …')
  expect(today('urgency', answered)).toBe('1,000 answers: yes 1,000')
  expect(today('reply', answered)).toBe('1 answer')
  expect(today('nobody', answered)).toBe('No answer yet today')
})
