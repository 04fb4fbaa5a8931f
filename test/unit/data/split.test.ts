// The split: stratified, seeded, and no text on two sides.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Example, Split } from '../../../main/contract/settings.ts'
import { splitExamples } from '../../../main/engine/data/split.ts'

const examples = (count: number, labels: number): Example[] =>
  Array.from({ length: count }, (_, i) => ({ row: i + 2, text: `text ${i}`, label: `label ${i % labels}` }))

const unlessTooRare = (make: () => Split): Split | undefined => {
  try {
    return make()
  } catch (error) {
    expect(error).toMatchObject({ code: 'data/label-too-rare' })
    return undefined
  }
}

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
    expect(splitExamples(examples(600, 6), { seed: 1, heldOut: 51 }).heldOut).toHaveLength(48)
  })

  it('holds out no more than asked for where that is just a quarter of the rows', () => {
    // A quarter of each label's ten rows would round up.
    expect(splitExamples(examples(40, 4), { seed: 0, heldOut: 10 }).heldOut).toHaveLength(8)
  })

  it('learns from a text that fills the table, and keeps the other parts from it', () => {
    const rows = examples(60, 2).concat(
      Array.from({ length: 400 }, (_, i) => ({ row: 100 + i, text: 'ok', label: 'label 0' })),
    )
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const split = splitExamples(rows, { seed })
        expect(split.train.filter(({ text }) => text === 'ok')).toHaveLength(400)
        expect(split.train.length - 400).toBeGreaterThan(30)
      }),
      { numRuns: 30 },
    )
  })

  it('has every label in every part, uses every row once and keeps its limits, whatever repeats or contradicts', () => {
    const row = fc.record({ text: fc.integer({ min: 0, max: 40 }), label: fc.integer({ min: 0, max: 3 }) })
    const cases = fc.record({
      rows: fc.array(row, { minLength: 40, maxLength: 120 }),
      seed: fc.nat(),
      heldOut: fc.integer({ min: 1, max: 60 }),
    })
    let split = 0
    fc.assert(
      fc.property(cases, ({ rows, seed, heldOut }) => {
        const all = rows.map(({ text, label }, i) => ({ row: i + 2, text: `${text}`, label: `label ${label}` }))
        const made = unlessTooRare(() => splitExamples(all, { seed, heldOut }))
        if (made === undefined) return
        split++
        const labels = new Set(all.map(({ label }) => label)).size
        for (const part of parts) expect(new Set(made[part].map(({ label }) => label)).size).toBe(labels)
        const used = parts.flatMap((part) => made[part].map(({ row }) => row))
        expect(used.toSorted((a, b) => a - b)).toEqual(all.map(({ row }) => row))
        const texts = parts.map((part) => new Set(made[part].map(({ text }) => text)))
        expect(new Set(texts.flatMap((set) => [...set])).size).toBe(texts.reduce((sum, set) => sum + set.size, 0))
        const repeats = Map.groupBy(all, ({ text }) => text).values()
        const longest = Math.max(...[...repeats].map((group) => group.length))
        expect(made.heldOut.length).toBeLessThanOrEqual(Math.max(heldOut, labels * longest))
      }),
      { numRuns: 1000 },
    )
    expect(split).toBeGreaterThan(500)
  })

  it('is refused in a sentence where it cannot be fair', () => {
    const one = examples(10, 1)
    expect(() => splitExamples(one, { seed: 0 })).toThrow('All rows have the label "label 0"')
    const rare = [...examples(10, 2), { row: 99, text: 'alone', label: 'rare' }]
    expect(() => splitExamples(rare, { seed: 0 })).toThrow('The label "rare" has one text of its own')
    const repeated = Array.from({ length: 5 }, (_, i) => ({ row: 100 + i, text: 'again', label: 'rare' }))
    expect(() => splitExamples([...examples(10, 2), ...repeated], { seed: 0 })).toThrow('has one text of its own')
    const borrowed = examples(40, 2).map(({ row, text }) => ({ row: row + 100, text, label: 'none' }))
    expect(() => splitExamples([...examples(40, 2), ...borrowed], { seed: 0 })).toThrow('"none" has no text of its own')
    expect(() => splitExamples(examples(900, 300), { seed: 0 })).toThrow('300 different values')
  })
})
