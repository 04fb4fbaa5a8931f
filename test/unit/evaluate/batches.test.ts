// Reading together: every item once, little padding, never more tokens at once than memory is meant for.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byLength } from '../../../main/engine/evaluate/batches.ts'

it('every item is in one batch of like length, within the limit unless it is alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 })), (lengths) => {
      const groups = byLength([...lengths.keys()], (i) => lengths[i] ?? 0)
      expect(groups.flat().toSorted((a, b) => a - b)).toEqual([...lengths.keys()])
      const sizes = groups.flat().map((i) => lengths[i] ?? 0)
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
      for (const group of groups) {
        const longest = Math.max(...group.map((i) => lengths[i] ?? 0))
        if (group.length > 1) expect(group.length * longest).toBeLessThanOrEqual(2048)
      }
    }),
  )
})

it('equal items keep their order, and nothing makes no batch', () => {
  expect(byLength(['a', 'b', 'c'], () => 1)).toEqual([['a', 'b', 'c']])
  expect(byLength([], () => 1)).toEqual([])
})
