// A step's rows run in parts: the long ones apart from the short ones, each row once.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut, type Sequence } from '../../../main/engine/method/layout.ts'
import { expectedSteps } from '../../../main/engine/train/expected-steps.ts'
import { microBatches } from '../../../main/engine/train/micro-batches.ts'
import { bucketsOf } from '../../../main/engine/train/order.ts'

const sequence = (length: number): Sequence =>
  layOut({ before: [], text: Array.from({ length }, (_, i) => i), after: [] }, [], undefined)
const rowsOf = (lengths: readonly number[]) => lengths.map((length) => ({ sequence: sequence(length) }))
/** At most 64 tokens at once. */
const rowsAtOnce = ({ length }: { readonly length: number }): number => Math.max(1, Math.floor(64 / length))

describe('the parts of a step', () => {
  it('let short rows run together though one row is long', () => {
    const rows = rowsOf([8, 8, 64, 8, 8, 8, 8, 8])
    const buckets = bucketsOf(
      rows.map((row) => row.sequence),
      false,
    )
    const parts = microBatches(rows, { buckets, rowsAtOnce })
    expect(parts.map(({ rows, bucket }) => [rows.length, bucket.length])).toEqual([
      [1, 64],
      [7, 8],
    ])
  })

  it('hold every row once, no more at once than its size allows, and none in a size too small', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(lengths, (chosen) => {
        const rows = rowsOf(chosen)
        const buckets = bucketsOf(
          rows.map((row) => row.sequence),
          false,
        )
        const parts = microBatches(rows, { buckets, rowsAtOnce })
        expect(new Set(parts.flatMap(({ rows }) => rows))).toEqual(new Set(rows))
        expect(parts.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(rows.length)
        for (const { rows, bucket } of parts) {
          expect(rows.length).toBeLessThanOrEqual(rowsAtOnce(bucket))
          for (const row of rows) expect(row.sequence.ids.length).toBeLessThanOrEqual(bucket.length)
        }
      }),
    )
  })
})

describe('the steps that a run can be expected to take', () => {
  const walk = (lengths: readonly number[], sessions: number, steps = 1000) => {
    const sequences = lengths.map(sequence)
    return expectedSteps({
      sequences,
      steps,
      sessions,
      batch: 4,
      seed: 0,
      buckets: bucketsOf(sequences, false),
      rowsAtOnce,
    })
  }
  const mixed = Array.from({ length: 80 }, (_, i) => (i % 3 === 0 ? 32 : 8))

  it('are as large as their rows and padding: rows of one length come to the batch', () => {
    expect(walk(new Array<number>(20).fill(16), 3)).toEqual({ tokens: 64, openings: 1 })
    expect(walk(mixed, 3).tokens).toBeGreaterThan(walk(new Array<number>(80).fill(8), 3).tokens)
  })

  it('open one session for each size where they all stay open, and many where one takes another’s place', () => {
    expect(walk(mixed, 3).openings).toBe(2)
    expect(walk(mixed, 1).openings).toBeGreaterThan(50)
    expect(walk(mixed, 1, 2000).openings).toBeGreaterThan(1.5 * walk(mixed, 1).openings)
  })
})
