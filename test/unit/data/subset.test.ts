// Some of the training rows: a share of each label, and smaller shares among larger ones.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { subsetOf } from '../../../main/engine/data/subset.ts'

const rows = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 })
  .map((labels) => labels.map((label, row) => ({ row, text: String(row), label })))
const share = fc.double({ min: 0.01, max: 1, noNaN: true })

test('keeps the order and every label, with about the same share of each', () => {
  fc.assert(
    fc.property(rows, share, fc.nat(), (all, part, seed) => {
      const some = subsetOf(all, { share: part, seed, byLabel: true })
      expect(some.map(({ row }) => row)).toEqual(some.map(({ row }) => row).toSorted((a, b) => a - b))
      for (const label of new Set(all.map((each) => each.label))) {
        const [of, taken] = [all, some].map((group) => group.filter((each) => each.label === label).length)
        expect(taken).toBe(Math.max(1, Math.round(part * (of ?? 0))))
      }
    }),
  )
})

test('a smaller share is part of a larger one', () => {
  fc.assert(
    fc.property(rows, share, share, fc.nat(), fc.boolean(), (all, one, other, seed, byLabel) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map(
        (part) => new Set(subsetOf(all, { share: part, seed, byLabel }).map(({ row }) => row)),
      )
      expect([...(less ?? [])].every((row) => more?.has(row))).toBe(true)
    }),
  )
})
