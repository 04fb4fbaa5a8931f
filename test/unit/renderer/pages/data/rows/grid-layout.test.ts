// How wide the columns of the rows' grid are.
import { expect, it } from 'vitest'
import { layoutOf } from '../../../../../../renderer/src/pages/data/rows/grid-layout.ts'

it('gives texts the most room, and all columns their least width with the gaps between them', () => {
  expect(layoutOf(['message', 'team'], 'message')).toEqual({
    template: '24px 72px minmax(240px, 4fr) minmax(110px, 1fr) 96px',
    width: 24 + 72 + 240 + 110 + 96 + 6 * 12,
  })
})
