// Columns that change their roles: text and answer are always filled.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { roleOf, withRole } from '../../../../../renderer/src/pages/data/with-role.ts'

const roles = { text: 'a', label: 'b', context: 'c' }

it.each([
  ['a free column becomes the text', 'd', 'text', { text: 'd', label: 'b', context: 'c' }],
  ['the answer becomes the text, and the text the answer', 'b', 'text', { text: 'b', label: 'a', context: 'c' }],
  ['the text becomes the answer, and the answer the text', 'a', 'label', { text: 'b', label: 'a', context: 'c' }],
  ['the context becomes the answer, and there is none any more', 'c', 'label', { text: 'a', label: 'c', context: '' }],
  ['a free column becomes the context', 'd', 'context', { text: 'a', label: 'b', context: 'd' }],
  ['the context is used no more', 'c', 'none', { text: 'a', label: 'b', context: '' }],
  ['the text cannot be used no more', 'a', 'none', roles],
  ['the answer cannot become the context', 'b', 'context', roles],
] as const)('%s', (_, column, role, after) => {
  expect(withRole(roles, column, role)).toEqual(after)
})

it('never gives a column two roles, nor leaves text or answer empty', () => {
  const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('text', 'label', 'context', 'none'))
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const after = changes.reduce((at, [column, role]) => withRole(at, column, role), roles)
      const filled = Object.values(after).filter((column) => column !== '')
      expect(new Set(filled).size).toBe(filled.length)
      expect([roleOf(after, after.text), roleOf(after, after.label)]).toEqual(['text', 'label'])
    }),
  )
})
