// What changed opens on what got worse, or where nothing did, on what got better.
import { expect, it } from 'vitest'
import { firstSide } from '../../../../../renderer/src/pages/compare/flipped-sides.ts'

it.each([
  [0, 2, 'fixed'],
  [1, 2, 'broken'],
  [1, 0, 'broken'],
  [0, 0, 'broken'],
] as const)('with %i worse and %i better: %s', (worse, better, wanted) => {
  expect(firstSide({ broken: Array<number>(worse).fill(0), fixed: Array<number>(better).fill(0) })).toBe(wanted)
})
