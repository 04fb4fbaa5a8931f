// The split: stratified, seeded, and no text on two sides.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Example } from '../../../main/contract/settings.ts'
import { splitExamples } from '../../../main/engine/data/split.ts'

const examples = (count: number, labels: number): Example[] =>
  Array.from({ length: count }, (_, i) => ({ row: i + 2, text: `text ${i}`, label: `label ${i % labels}` }))

const parts = ['train', 'validation', 'heldOut'] as const

describe('a split', () => {
  it('holds a quarter of every label out and validates on 15 %', () => {
    const split = splitExamples(examples(300, 6), { seed: 0 })
    expect(parts.map((part) => split[part].length)).toEqual([174, 48, 78])
    for (const part of parts) {
      const counts = Map.groupBy(split[part], ({ label }) => label)
      expect(new Set([...counts.values()].map((rows) => rows.length)).size).toBe(1)
    }
  })

  it('uses every row once, and is the same for the same seed', () => {
    const cases = fc.record({
      count: fc.integer({ min: 12, max: 400 }),
      labels: fc.integer({ min: 2, max: 4 }),
      seed: fc.nat(),
    })
    fc.assert(
      fc.property(cases, ({ count, labels, seed }) => {
        const rows = examples(count, labels)
        const split = splitExamples(rows, { seed })
        expect(parts.flatMap((part) => split[part].map(({ row }) => row)).sort((a, b) => a - b)).toEqual(
          rows.map(({ row }) => row),
        )
        for (const part of parts) expect(new Set(split[part].map(({ label }) => label)).size).toBe(labels)
        expect(splitExamples(rows, { seed })).toEqual(split)
      }),
      { numRuns: 100 },
    )
  })

  it('keeps rows of the same text together, but for case and space', () => {
    const same = ['Where is it?', 'where  is it?', 'WHERE IS IT? ']
    const rows = examples(60, 2).concat(same.map((text, i) => ({ row: 100 + i, text, label: `label ${i % 2}` })))
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const split = splitExamples(rows, { seed })
        const holding = parts.filter((part) => split[part].some(({ row }) => row >= 100))
        expect(holding).toHaveLength(1)
      }),
      { numRuns: 50 },
    )
  })

  it('holds out no more rows than asked for, and gives the rest to training', () => {
    const split = splitExamples(examples(1000, 4), { seed: 1, heldOut: 40 })
    expect(split.heldOut).toHaveLength(40)
    expect(split.train).toHaveLength(1000 - 40 - split.validation.length)
  })

  it('is refused in a sentence where it cannot be fair', () => {
    const one = examples(10, 1)
    expect(() => splitExamples(one, { seed: 0 })).toThrow('All rows have the label "label 0"')
    const rare = [...examples(10, 2), { row: 99, text: 'alone', label: 'rare' }]
    expect(() => splitExamples(rare, { seed: 0 })).toThrow('The label "rare" has one row')
    expect(() => splitExamples(examples(900, 300), { seed: 0 })).toThrow('300 different values')
  })
})
