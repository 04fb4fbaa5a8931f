// The text column gets what the others leave, and those take no more than their cells need.
import { expect, it } from 'vitest'
import { layoutOf } from '../../../../../../renderer/src/pages/data/rows/grid-layout.ts'

const columns = ['ID', 'Text', 'Category']
const rows = [
  ['1', 'a long message '.repeat(20), 'billing'],
  ['12', 'short', 'shipping'],
]

it('numbers stay narrow and texts take the rest', () => {
  const { template, width } = layoutOf(columns, 'Text', rows)
  expect(template).toBe('24px 72px 56px minmax(320px, 1fr) 78px 84px')
  expect(width).toBe(24 + 72 + 56 + 320 + 78 + 84 + 7 * 12)
})

it('a long cell elsewhere takes no room from the texts', () => {
  const { template } = layoutOf(['Note', 'Text'], 'Text', [['n'.repeat(500), 'x']])
  expect(template).toBe('24px 72px 160px minmax(320px, 1fr) 84px')
})
