// Settings that follow from the table: what a usual one keeps, and what each clause of the rule requires.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allMethods } from '../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { type DataShape, defaultsFor, shapeOf } from '../../../main/engine/train/from-data.ts'

const { tokens, learningRate, steps, batch, maxTokens, validateEvery } = defaultSettings({
  method: 'prefix-tuning',
})
const usual = { tokens, learningRate, steps, batch, maxTokens, validateEvery }
const trec: DataShape = { rows: 900, validation: 100, labels: 6, tokens: { p50: 12, p95: 25, max: 40 }, hidden: 576 }

describe('the settings that follow from the data', () => {
  it.each([300, 500, 900, 100_000])('are those of the benches for a table like TREC with %i rows', (rows) => {
    expect(defaultsFor({ ...trec, rows }, usual)).toEqual(usual)
    expect(defaultSettings({}, [], { ...trec, rows })).toEqual(defaultSettings())
  })

  it.each(allMethods().map(({ name }) => name))('keep what else the recipe of %s says', (method) => {
    expect(defaultSettings({ method }, [], trec)).toEqual(defaultSettings({ method }))
  })

  it('learn less by heart from very few rows', () => {
    expect(defaultsFor({ ...trec, rows: 40, validation: 5, labels: 3 }, usual)).toEqual({
      ...usual,
      tokens: 8,
      batch: 8,
      learningRate: 0.035,
      steps: 150,
    })
    expect(defaultsFor({ ...trec, rows: 20, labels: 3 }, usual).steps).toBe(100)
    expect(defaultsFor({ ...trec, rows: 5, labels: 2 }, usual).steps).toBe(50)
  })

  it('give many labels more virtual tokens, and steps enough to see each of them', () => {
    expect(defaultsFor({ ...trec, rows: 8000, labels: 77 }, usual)).toEqual({ ...usual, tokens: 32, steps: 490 })
    expect(defaultsFor({ ...trec, rows: 8000, labels: 200 }, usual).steps).toBe(600)
    expect(defaultsFor({ ...trec, labels: 10 }, usual)).toEqual(usual)
  })

  it('take long texts in small batches, with a token limit for all but the longest', () => {
    const long = { ...trec, tokens: { p50: 200, p95: 600, max: 4000 } }
    expect(defaultsFor(long, usual)).toMatchObject({ batch: 8, learningRate: 0.035, maxTokens: 768 })
    expect(defaultsFor({ ...long, tokens: { p50: 900, p95: 3000, max: 4000 } }, usual).maxTokens).toBe(1024)
  })

  it('give a model narrower than any that was measured more virtual tokens', () => {
    expect(defaultsFor({ ...trec, hidden: 256 }, usual)).toEqual({ ...usual, tokens: 32 })
  })

  it('check no more rows than are learned from between two checks, but six times', () => {
    const every = (rows: Partial<DataShape>): number => defaultsFor({ ...trec, ...rows }, usual).validateEvery
    expect(every({ validation: 160 })).toBe(10)
    expect(every({ validation: 300 })).toBe(20)
    expect(every({ validation: 5000 })).toBe(30)
    expect(every({ rows: 8000, labels: 77, validation: 1000 })).toBe(70)
    expect(defaultsFor(trec, { ...usual, validateEvery: 25 }).validateEvery).toBe(25)
  })

  it('leave what its owner chose', () => {
    const chosen = { tokens: 5, steps: 7, batch: 3, learningRate: 1, maxTokens: 99, validateEvery: 3 }
    expect(defaultSettings(chosen, [], { ...trec, rows: 9, labels: 90 })).toMatchObject(chosen)
  })

  it('can be started with, whatever the table', () => {
    const some = fc.nat({ max: 1_000_000 })
    const shape = fc.record({
      rows: some,
      validation: some,
      labels: fc.integer({ min: 2, max: 200 }),
      tokens: fc.record({ p50: some, p95: some, max: some }),
      hidden: fc.integer({ min: 1, max: 20_000 }),
    })
    fc.assert(
      fc.property(shape, (data) => {
        const found = defaultsFor(data, usual)
        expect(found.steps).toBeGreaterThanOrEqual(50)
        expect(found.steps).toBeLessThanOrEqual(600)
        expect(found.maxTokens).toBeLessThanOrEqual(1024)
        for (const value of Object.values(found)) expect(value).toBeGreaterThan(0)
      }),
    )
  })

  it('measure texts in tokens of four characters', () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ text: 'x'.repeat(4 * (i + 1)) }))
    const split = { train: rows.map((each, row) => ({ ...each, row, label: '' })), validation: [] }
    const lengths = { p50: 51, p95: 96, max: 100 }
    expect(shapeOf(split, 3, 64)).toEqual({ rows: 100, validation: 0, labels: 3, tokens: lengths, hidden: 64 })
    expect(shapeOf({ train: [], validation: [] }, 3, 64).tokens).toEqual({ p50: 0, p95: 0, max: 0 })
  })
})
