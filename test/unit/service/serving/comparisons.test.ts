// Which pair of versions an answer is counted for.
import { expect, it } from 'vitest'
import { createComparisons } from '../../../../main/service/serving/comparisons.ts'

it('an answer of the pair before, which comes late, leaves the counts of the present one alone', async () => {
  const comparisons = createComparisons(() => undefined)
  const before = { id: 1, version: 1, candidate: 2 }
  const now = { id: 1, version: 1, candidate: 3 }
  const given = { text: 'a', answer: 'b' }
  comparisons.compare(now, given, () => Promise.resolve('b'))
  await expect.poll(() => comparisons.of(now).compared).toBe(1)
  comparisons.compare(before, given, () => Promise.resolve('c'))
  await expect.poll(() => comparisons.of(before).compared).toBe(1)
  expect(comparisons.of(now)).toMatchObject({ compared: 1, alike: 1, differing: [] })
})
