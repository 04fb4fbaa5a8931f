// The time left of work of which only its progress is known.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { remaining } from '../../../main/contract/remaining.ts'

it('follows the speed since it began to be watched', () => {
  expect(remaining({ at: 1000, done: 0 }, 25, 100, 11_000)).toBe(30)
  expect(remaining({ at: 1000, done: 50 }, 75, 100, 11_000)).toBe(10)
})

it('is unknown at first, without progress, without a total, and when all is done', () => {
  const origin = { at: 0, done: 10 }
  expect(remaining(origin, 50, 100, 2000)).toBeUndefined()
  expect(remaining(origin, 10, 100, 60_000)).toBeUndefined()
  expect(remaining(origin, 11, 10_000, 60_000)).toBeUndefined()
  expect(remaining(origin, 50, 0, 60_000)).toBeUndefined()
  expect(remaining(origin, 100, 100, 60_000)).toBeUndefined()
})

it('is never negative', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (from, done, total, now) => {
      expect(remaining({ at: 0, done: from }, done, total, now) ?? 0).toBeGreaterThanOrEqual(0)
    }),
  )
})
