// Keys among the answered rows.
import { expect, it } from 'vitest'
import { answerCommandOf } from '../../../../../renderer/src/pages/label/answer-keys.ts'

const labels = Array.from({ length: 12 }, (_, i) => `label ${String(i + 1)}`)
const none = { ctrlKey: false, metaKey: false, altKey: false }
const command = (key: string, more: Partial<typeof none> = {}) => answerCommandOf({ key, ...none, ...more }, 7, labels)

it.each([
  ['ArrowDown', { name: 'move', by: 1 }],
  ['PageUp', { name: 'move', by: -7 }],
  ['End', { name: 'move', by: Infinity }],
  ['1', { name: 'correct', answer: 'label 1' }],
  ['9', { name: 'correct', answer: 'label 9' }],
  ['0', { name: 'correct', answer: '' }],
  ['Delete', { name: 'correct', answer: '' }],
  ['n', { name: 'new' }],
  ['N', { name: 'new' }],
  ['x', undefined],
])('%s', (key, wanted) => {
  expect(command(key)).toEqual(wanted)
})

it('leaves the window’s own keys alone, and numbers that have no label', () => {
  expect(command('1', { ctrlKey: true })).toBeUndefined()
  expect(command('ArrowDown', { altKey: true })).toBeUndefined()
  expect(answerCommandOf({ key: '3', ...none }, 7, ['a', 'b'])).toBeUndefined()
  expect(answerCommandOf({ key: 'n', ...none }, 7, [])).toBeUndefined()
})
