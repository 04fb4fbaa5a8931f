// Times as people read them.
import { expect, it } from 'vitest'
import { approximately, range } from '../../../../renderer/src/ui/format.ts'

it('names the unit of a range once', () => {
  expect(range(120, 180)).toBe('2 to 3 min')
  expect(range(20, 41)).toBe('20 to 40 s')
  expect(range(60, 180)).toBe('60 s to 3 min')
  expect(range(1, 2)).toBe('a few seconds')
  expect(range(4, 30)).toBe('a few seconds to 30 s')
})

it('says about how long', () => {
  expect(approximately(3)).toBe('a few seconds')
  expect(approximately(125)).toBe('about 2 min')
})
