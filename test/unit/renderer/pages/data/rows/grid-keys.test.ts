// What a key does in the rows' grid.
import { expect, it } from 'vitest'
import { commandOf } from '../../../../../../renderer/src/pages/data/rows/grid-keys.ts'

const labels = ['billing', 'refund']
const press = (key: string, held: Partial<Record<'shiftKey' | 'ctrlKey' | 'metaKey', boolean>> = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, ...held }, 12, labels)

it('walks by rows, pages and to either end, and extends the choice with Shift', () => {
  const by = (key: string) => press(key)
  expect(by('ArrowDown')).toEqual({ name: 'rows', by: 1, extend: false })
  expect(by('PageUp')).toEqual({ name: 'rows', by: -12, extend: false })
  expect(by('Home')).toEqual({ name: 'rows', by: -Infinity, extend: false })
  expect(press('End', { shiftKey: true })).toEqual({ name: 'rows', by: Infinity, extend: true })
  expect(by('ArrowLeft')).toEqual({ name: 'columns', by: -1 })
})

it('chooses, writes, excludes and deletes', () => {
  expect([' ', 'Enter', 'Escape'].map((key) => press(key)?.name)).toEqual(['toggle', 'edit', 'clear'])
  expect(press('Delete')).toEqual({ name: 'state', state: 'trash' })
  expect(press('X')).toEqual({ name: 'state', state: 'excluded' })
  expect(press('a', { metaKey: true })).toEqual({ name: 'all' })
})

it('gives a label by its number, where there is one', () => {
  expect(press('2')).toEqual({ name: 'label', label: 'refund' })
  expect(press('3')).toBeUndefined()
})

it('leaves other keys to the window', () => {
  expect([press('x', { ctrlKey: true }), press('1', { ctrlKey: true }), press('a'), press('Tab')]).toEqual(
    Array(4).fill(undefined),
  )
})
