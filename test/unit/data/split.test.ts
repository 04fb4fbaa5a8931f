// The split: stratified, seeded, and no text on two sides.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Example } from '../../../main/contract/settings.ts'
import { likeness, NEAR, plainText } from '../../../main/engine/data/min-hash.ts'
import { type HeldSplit, splitExamples } from '../../../main/engine/data/split.ts'

const examples = (count: number, labels: number): Example[] =>
  Array.from({ length: count }, (_, i) => ({ row: i + 2, text: `text ${i}`, label: `label ${i % labels}` }))

const unlessTooRare = async (made: Promise<HeldSplit>): Promise<HeldSplit | undefined> => {
  try {
    return await made
  } catch (error) {
    expect(error).toMatchObject({ code: 'data/label-too-rare' })
    return undefined
  }
}

const parts = ['train', 'validation', 'test'] as const
const everywhere = ['train', 'validation', 'test', 'leftOut', 'reserved'] as const
const numbers = (split: HeldSplit): number[] =>
  everywhere.flatMap((part) => split[part].map(({ row }) => row)).sort((a, b) => a - b)

/** Sentences of which many are one word apart from another: chains, bridges and texts of their own. */
const wordy = fc
  .array(
    fc.record({
      words: fc.array(
        fc.constantFrom('parcel', 'lamp', 'invoice', 'refund', 'broken', 'please', 'yesterday', 'never'),
        {
          minLength: 6,
          maxLength: 14,
        },
      ),
      ending: fc.constantFrom('', '!', ' thanks', ' and soon', ' at last'),
      copyOf: fc.option(fc.nat(), { freq: 2 }),
      label: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 60, maxLength: 100 },
  )
  .map((rows) =>
    rows.map(({ words, ending, copyOf, label }, i): Example => {
      const base = copyOf === null || i === 0 ? words : (rows[copyOf % i]?.words ?? words)
      return { row: i + 2, text: base.join(' ') + ending, label: `label ${label}` }
    }),
  )

describe('a split', () => {
  it('holds a quarter of every label out and validates on 15 %', async () => {
    const split = await splitExamples(examples(300, 6), { seed: 0 })
    for (const [part, share] of [
      ['test', 0.25],
      ['validation', 0.15],
    ] as const) {
      const counts = [...Map.groupBy(split[part], ({ label }) => label).values()].map((rows) => rows.length)
      expect(counts).toHaveLength(6)
      for (const count of counts) expect(Math.abs(count - share * 50)).toBeLessThanOrEqual(1.5)
    }
  })

  it('has every row somewhere once, every label in every part, and is the same for the same seed', async () => {
    const cases = fc.record({
      count: fc.integer({ min: 12, max: 400 }),
      labels: fc.integer({ min: 2, max: 4 }),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, labels, seed }) => {
        const rows = examples(count, labels)
        const split = await splitExamples(rows, { seed })
        expect(numbers(split)).toEqual(rows.map(({ row }) => row))
        for (const part of parts) expect(new Set(split[part].map(({ label }) => label)).size).toBe(labels)
        expect(await splitExamples(rows, { seed })).toEqual(split)
      }),
      { numRuns: 100 },
    )
    const [one, other] = await Promise.all([0, 1].map((seed) => splitExamples(examples(300, 2), { seed })))
    expect(one?.test).not.toEqual(other?.test)
  })

  it('never has nearly the same text in two parts', async () => {
    let near = 0
    await fc.assert(
      fc.asyncProperty(wordy, fc.nat(), async (rows, seed) => {
        const split = await unlessTooRare(splitExamples(rows, { seed }))
        if (!split) return
        const texts = parts.map((part) => split[part].map(({ text }) => plainText(text)))
        expect(numbers(split)).toEqual(rows.map(({ row }) => row))
        for (const [i, some] of texts.entries())
          for (const others of texts.slice(i + 1))
            for (const a of some) for (const b of others) expect(a === b ? 1 : likeness(a, b)).toBeLessThan(NEAR)
        near += split.leftOut.length
      }),
      { numRuns: 25 },
    )
    expect(near).toBeGreaterThan(0)
  })

  it('leaves every row on its side when the table grows', async () => {
    await fc.assert(
      fc.asyncProperty(wordy, fc.nat(), fc.integer({ min: 20, max: 60 }), async (rows, seed, before) => {
        const whole = await unlessTooRare(splitExamples(rows, { seed }))
        const start = await unlessTooRare(splitExamples(rows.slice(0, before), { seed }))
        // A chain that comes to fill the table is the one exception.
        if (!whole || !start || rows.length > 400) return
        for (const part of parts)
          for (const { row } of start[part]) expect(whole[part].map((each) => each.row)).toContain(row)
        expect(whole.leftOut).toEqual(expect.arrayContaining([...start.leftOut]))
      }),
      { numRuns: 25 },
    )
    const [some, more] = await Promise.all([1500, 6000].map((count) => splitExamples(examples(count, 5), { seed: 3 })))
    const side = (split: HeldSplit | undefined): Set<number> =>
      new Set([...(split?.test ?? []), ...(split?.validation ?? []), ...(split?.reserved ?? [])].map(({ row }) => row))
    const later = side(more)
    expect(some?.train.filter(({ row }) => later.has(row))).toEqual([])
    expect([...side(some)].filter((row) => !later.has(row))).toEqual([])
    expect(more?.test).toHaveLength(500)
  })

  it('leaves a row out that is nearly the same as rows of two parts', async () => {
    const middle = 'the parcel that I ordered last week has not come to my door and nobody answers the telephone'
    const ends = [`${middle} at all this morning`, `good evening, ${middle}`]
    const both = `good evening, ${middle} at all this morning`
    expect(likeness(ends[0] ?? '', ends[1] ?? '')).toBeLessThan(NEAR)
    for (const end of ends) expect(likeness(end, both)).toBeGreaterThanOrEqual(NEAR)
    const rows = [...ends, both].map((text, i) => ({ row: 100 + i, text, label: 'label 0' }))
    const splits = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => splitExamples([...examples(30, 2), ...rows], { seed })),
    )
    const straddling = splits.filter(
      (split) => !parts.some((part) => split[part].filter(({ row }) => row > 99).length > 1),
    )
    expect(straddling.length).toBeGreaterThan(5)
    for (const { leftOut } of straddling) expect(leftOut.map(({ row }) => row)).toEqual([102])
  })

  it('keeps rows of the same text together, but for case and space', async () => {
    const same = ['Where is it?', 'where  is it?', 'WHERE IS IT? ']
    const rows = examples(60, 2).concat(same.map((text, i) => ({ row: 100 + i, text, label: `label ${i % 2}` })))
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const split = await splitExamples(rows, { seed })
        expect(parts.filter((part) => split[part].some(({ row }) => row >= 100))).toHaveLength(1)
      }),
      { numRuns: 50 },
    )
  })

  it('uses no more test rows than requested, evenly, and keeps the rest from training', async () => {
    const split = await splitExamples(examples(1000, 4), { seed: 1, test: 40 })
    const counts = Map.groupBy(split.test, ({ label }) => label)
    expect([...counts.values()].map(({ length }) => length)).toEqual([10, 10, 10, 10])
    expect(split.train).toEqual((await splitExamples(examples(1000, 4), { seed: 1 })).train)
  })

  it('learns from texts that fill the table, and keeps the other parts from them', async () => {
    const letters = Array.from({ length: 400 }, (_, i) => ({
      row: 100 + i,
      text: i % 2 === 0 ? 'ok' : `Dear Sir or Madam, your order with the number ${i} has left our house this morning.`,
      label: 'label 0',
    }))
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const split = await splitExamples([...examples(60, 2), ...letters], { seed })
        expect(split.train.filter(({ row }) => row >= 100)).toHaveLength(400)
        expect(split.train.length - 400).toBeGreaterThan(30)
      }),
      { numRuns: 20 },
    )
  })

  it('has every label in every part and keeps its limits, whatever repeats or contradicts', async () => {
    const row = fc.record({ text: fc.integer({ min: 0, max: 40 }), label: fc.integer({ min: 0, max: 3 }) })
    const cases = fc.record({
      rows: fc.array(row, { minLength: 40, maxLength: 120 }),
      seed: fc.nat(),
      test: fc.integer({ min: 1, max: 60 }),
    })
    let split = 0
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, seed, test }) => {
        const all = rows.map(({ text, label }, i) => ({ row: i + 2, text: `${text}`, label: `label ${label}` }))
        const made = await unlessTooRare(splitExamples(all, { seed, test }))
        if (made === undefined) return
        split++
        const labels = new Set(all.map(({ label }) => label)).size
        const first = new Map(all.toReversed().map(({ text, label }) => [text, label]))
        for (const part of parts) expect(new Set(made[part].map(({ text }) => first.get(text))).size).toBe(labels)
        expect(numbers(made)).toEqual(all.map(({ row }) => row))
        const texts = parts.map((part) => new Set(made[part].map(({ text }) => text)))
        expect(new Set(texts.flatMap((set) => [...set])).size).toBe(texts.reduce((sum, set) => sum + set.size, 0))
        const longest = Math.max(...[...Map.groupBy(all, ({ text }) => text).values()].map((group) => group.length))
        expect(made.test.length).toBeLessThanOrEqual(Math.max(test, labels * longest))
      }),
      { numRuns: 500 },
    )
    expect(split).toBeGreaterThan(250)
  })

  it('is refused in a sentence where it cannot be fair', async () => {
    const refusal = (rows: readonly Example[]) => expect(splitExamples(rows, { seed: 0 })).rejects
    await refusal(examples(10, 1)).toThrow('All rows have the label "label 0"')
    const rare = [...examples(10, 2), { row: 99, text: 'alone', label: 'rare' }]
    await refusal(rare).toThrow('The label "rare" has one text of its own')
    const repeated = Array.from({ length: 5 }, (_, i) => ({ row: 100 + i, text: 'again', label: 'rare' }))
    await refusal([...examples(10, 2), ...repeated]).toThrow('has one text of its own')
    const borrowed = examples(40, 2).map(({ row, text }) => ({ row: row + 100, text, label: 'none' }))
    await refusal([...examples(40, 2), ...borrowed]).toThrow('"none" has no text of its own')
    await refusal(examples(900, 300)).toThrow('300 different values')
  })
})
