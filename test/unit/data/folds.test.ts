// Folds: every row is held out once, stratified, and no prompt learns from nearly the same text as it answers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Example, Split } from '../../../main/contract/settings.ts'
import { foldExamples } from '../../../main/engine/data/folds.ts'
import { likeness, NEAR, plainText } from '../../../main/engine/data/min-hash.ts'
import { splitExamples } from '../../../main/engine/data/split.ts'
import { splitsOf } from '../../../main/engine/train/fold-splits.ts'

/** Texts that have nothing in common. */
const strange = (row: number): string =>
  Array.from({ length: 6 }, (_, i) => ((row + 1) * 7919 * (i + 3)).toString(36)).join(' ')

const rowsOf = (rows: readonly Example[]): number[] => rows.map(({ row }) => row)
const sorted = (rows: readonly number[]): number[] => rows.toSorted((a, b) => a - b)

const unlessTooRare = async <T>(made: Promise<T>): Promise<T | undefined> => {
  try {
    return await made
  } catch (error) {
    expect(error).toMatchObject({ code: 'data/label-too-rare' })
    return undefined
  }
}

/** Rows of which many are copies of others with another ending. */
const wordy = fc
  .array(
    fc.record({
      ending: fc.constantFrom('', '!', ' thanks', ' and soon'),
      copyOf: fc.option(fc.nat(), { freq: 2 }),
      label: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 15, maxLength: 60 },
  )
  .map((rows) =>
    rows.map(({ ending, copyOf, label }, i): Example => {
      const text = strange(copyOf === null || i === 0 ? i : copyOf % i)
      return { row: i + 2, text: text + ending, label: `label ${String(label)}` }
    }),
  )

const isNear = (a: string, b: string): boolean => {
  const [one, other] = [plainText(a), plainText(b)]
  return one === other || likeness(one, other) >= NEAR
}

function expectApart(some: readonly Example[], others: readonly Example[]): void {
  for (const a of some) for (const b of others) expect(isNear(a.text, b.text)).toBe(false)
}

describe('folds', () => {
  it('hold every row out once, and no two have nearly the same text', async () => {
    let together = 0
    await fc.assert(
      fc.asyncProperty(wordy, fc.nat(), fc.integer({ min: 3, max: 8 }), async (rows, seed, folds) => {
        const split = await unlessTooRare(foldExamples(rows, { seed, folds }))
        if (!split) return
        expect(sorted(split.folds.flatMap(rowsOf))).toEqual(rowsOf(rows))
        for (const [i, fold] of split.folds.entries())
          for (const other of split.folds.slice(i + 1)) expectApart(fold, other)
        together += split.folds.filter((fold) =>
          fold.some((a, i) => fold.slice(i + 1).some((b) => isNear(a.text, b.text))),
        ).length
      }),
      { numRuns: 40 },
    )
    expect(together).toBeGreaterThan(0)
  })

  it('give each prompt every label to learn, and rows to check on and to answer that are not among those', async () => {
    await fc.assert(
      fc.asyncProperty(wordy, fc.nat(), fc.integer({ min: 3, max: 8 }), async (rows, seed, folds) => {
        const split = await unlessTooRare(foldExamples(rows, { seed, folds }))
        if (!split) return
        const own = splitsOf(split)
        expect(sorted(own.flatMap(({ test }) => rowsOf(test)))).toEqual(rowsOf(split.test))
        for (const { train, validation, test } of own) {
          expect(sorted([train, validation, test].flatMap(rowsOf))).toEqual(rowsOf(rows))
          expectApart(test, [...train, ...validation])
          // A group counts under its first row's label alone.
          const labels = new Set(split.folds.flat().map(({ label }) => label))
          const groups = Map.groupBy(train, ({ label }) => label)
          if (rows.every((a, i) => rows.slice(i + 1).every((b) => !isNear(a.text, b.text))))
            expect(groups.size).toBe(labels.size)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('are equally large, and stratified, where no texts are alike; the same for the same seed', async () => {
    const cases = fc.record({
      rows: fc.integer({ min: 24, max: 120 }),
      labels: fc.integer({ min: 2, max: 4 }),
      folds: fc.integer({ min: 3, max: 10 }),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows: count, labels, folds, seed }) => {
        const rows = Array.from({ length: count }, (_, row): Example => ({
          row,
          text: strange(row),
          label: `label ${String(row % 5 === 0 ? 0 : row % labels)}`,
        }))
        const split = await foldExamples(rows, { seed, folds })
        const spread = (sizes: readonly number[]): number => Math.max(...sizes) - Math.min(...sizes)
        expect(split.folds).toHaveLength(folds)
        expect(spread(split.folds.map(({ length }) => length))).toBeLessThanOrEqual(1)
        for (const label of new Set(rows.map((row) => row.label)))
          expect(
            spread(split.folds.map((fold) => fold.filter((row) => row.label === label).length)),
          ).toBeLessThanOrEqual(1)
        expect(await foldExamples(rows, { seed, folds })).toEqual(split)
      }),
      { numRuns: 60 },
    )
  })

  it('are others for another seed, so that a repeated run is judged anew', async () => {
    const rows = Array.from({ length: 30 }, (_, row) => ({ row, text: strange(row), label: row % 2 ? 'a' : 'b' }))
    const [one, other] = await Promise.all([0, 1].map((seed) => foldExamples(rows, { seed, folds: 5 })))
    expect(one?.folds.map(rowsOf)).not.toEqual(other?.folds.map(rowsOf))
  })

  it('leave out a chain of texts that fills the table: every prompt learns from it, and none answers it', async () => {
    const chain = Array.from({ length: 25 }, (_, i) => ({
      row: i,
      text: `${strange(1000)} ${'!'.repeat(i)}`,
      label: 'a',
    }))
    const others = Array.from({ length: 12 }, (_, i) => ({ row: 100 + i, text: strange(i), label: i % 2 ? 'a' : 'b' }))
    const split = await foldExamples([...chain, ...others], { seed: 0, folds: 4 })
    expect(sorted(split.folds.flatMap(rowsOf))).toEqual(rowsOf(others))
    for (const { train, test } of splitsOf(split)) {
      expect(rowsOf(train)).toEqual(expect.arrayContaining(rowsOf(chain)))
      expect(test.length).toBeGreaterThan(0)
    }
  })

  it('are no more than there are different texts, and judge no more rows than are wanted', async () => {
    const rows = Array.from({ length: 7 }, (_, row) => ({ row, text: strange(row), label: row % 2 ? 'a' : 'b' }))
    expect((await foldExamples(rows, { seed: 0, folds: 10 })).folds).toHaveLength(7)
    const many = Array.from({ length: 60 }, (_, row) => ({ row, text: strange(row), label: row % 2 ? 'a' : 'b' }))
    const split = await foldExamples(many, { seed: 0, folds: 5, test: 20 })
    expect([split.train.length, split.test.length]).toEqual([60, 20])
    expect(splitsOf(split).flatMap(({ test }) => test)).toHaveLength(20)
  })

  it('need a label in three different texts; answers that are no labels need none', async () => {
    const rows = Array.from({ length: 20 }, (_, row) => ({
      row,
      text: strange(row),
      label: row < 2 ? 'rare' : `${String(row % 2)}`,
    }))
    await expect(foldExamples(rows, { seed: 0, folds: 5 })).rejects.toMatchObject({ code: 'data/label-too-rare' })
    const written = await foldExamples(rows, { seed: 0, folds: 5, byLabel: false })
    expect(sorted(written.folds.flatMap(rowsOf))).toEqual(rowsOf(rows))
    expect(written.folds.flat().filter(({ label }) => label === 'rare')).toHaveLength(2)
  })

  it('are what a split has where they are wanted, under the same conditions', async () => {
    const rows = Array.from({ length: 30 }, (_, row) => ({ row, text: strange(row), label: row % 3 ? 'a' : 'b' }))
    const split: Split = await splitExamples(rows, { seed: 2, folds: 5 })
    expect(split.folds).toHaveLength(5)
    expect([split.train, split.validation, split.test].map(({ length }) => length)).toEqual([30, 30, 30])
    await expect(
      splitExamples(
        rows.map((row) => ({ ...row, label: 'a' })),
        { seed: 2, folds: 5 },
      ),
    ).rejects.toMatchObject({ code: 'data/one-label' })
  })

  it('never test with rows that nobody has looked at, nor check on them; prompts learn from them', async () => {
    await fc.assert(
      fc.asyncProperty(
        wordy,
        fc.nat(),
        fc.constantFrom(0, 5),
        fc.func(fc.boolean()),
        async (rows, seed, folds, isUnseen) => {
          const unseen = new Set(rows.flatMap(({ row }) => (isUnseen(row) ? [row] : [])))
          const split = await unlessTooRare(splitExamples(rows, { seed, folds, unseen }))
          if (!split) return
          for (const { train, validation, test } of splitsOf(split)) {
            for (const { row } of [...validation, ...test]) expect(unseen.has(row)).toBe(false)
            expectApart(test, [...train, ...validation])
          }
          // Without folds, what is left out is nearly the same as a row that is held out.
          const all = [...split.train, ...split.validation, ...split.test, ...split.leftOut, ...split.reserved]
          expect(new Set(rowsOf(all))).toEqual(new Set(rowsOf(rows)))
        },
      ),
      { numRuns: 60 },
    )
    const rows = Array.from({ length: 40 }, (_, row) => ({ row, text: strange(row), label: row % 2 ? 'a' : 'b' }))
    const unseen = new Set(rows.slice(10).map(({ row }) => row))
    for (const { train, test } of splitsOf(await splitExamples(rows, { seed: 0, folds: 5, unseen }))) {
      expect(rowsOf(train)).toEqual(expect.arrayContaining([...unseen]))
      expect(test).toHaveLength(2)
    }
  })
})
