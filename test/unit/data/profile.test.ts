// A table's profile: every row is counted once, in a bar that holds its length and under its own answer.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProfiler, histogram } from '../../../main/engine/data/profile.ts'

const limits = { maxTokens: 256, tokens: 16 }

async function profile(rows: readonly (readonly [text: string, label: string])[]) {
  const profiler = createProfiler(limits)
  for (const [i, [text, label]] of rows.entries()) profiler.see({ row: i + 1, text, label })
  return profiler.finish()
}

describe('a profile', () => {
  it('counts the answers, the most frequent first, and leaves out what has none', async () => {
    const { rows, labels } = await profile([
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'y'],
      ['d', ''],
      ['e', 'w'],
    ])
    expect(rows).toBe(5)
    expect(labels).toEqual([
      { label: 'y', rows: 2 },
      { label: 'w', rows: 1 },
      { label: 'x', rows: 1 },
    ])
  })

  it('of no rows has no bars, answers or problems', async () => {
    expect(await profile([])).toEqual({ rows: 0, labels: [], lengths: [], findings: new Map() })
  })

  it('names every row of a problem by its own number, in order', async () => {
    const pair = fc.tuple(
      fc.constantFrom('', 'a', 'A ', 'b', 'c', 'd', 'x'.repeat(1000)),
      fc.constantFrom('', 'x', 'X', 'y'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { maxLength: 40 }), async (rows) => {
        for (const { rows: found } of (await profile(rows)).findings.values()) {
          expect(found).toEqual([...new Set(found)].toSorted((a, b) => a - b))
          for (const row of found) expect(row >= 1 && row <= rows.length).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('the bars of lengths', () => {
  it('stand side by side, hold every row, and are few', () => {
    const length = fc.oneof(fc.nat(30), fc.nat(400), fc.nat(100_000))
    fc.assert(
      fc.property(fc.array(length, { minLength: 1, maxLength: 300 }), (lengths) => {
        const counts = new Map<number, number>()
        for (const each of lengths) counts.set(each, (counts.get(each) ?? 0) + 1)
        const bins = histogram(counts)
        expect(bins.length).toBeLessThanOrEqual(24)
        expect(bins[0]?.from).toBe(0)
        for (const [i, { from, to, rows }] of bins.entries()) {
          expect(to).toBeGreaterThanOrEqual(from)
          if (i > 0) expect(from).toBe((bins[i - 1]?.to ?? 0) + 1)
          expect(rows).toBe(lengths.filter((each) => each >= from && each <= to).length)
        }
        expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(lengths.length)
      }),
    )
  })

  it('are of one readable width, and one long text does not flatten them', () => {
    const bins = histogram(new Map([...Array.from({ length: 200 }, (_, i) => [i, 1] as const), [50_000, 1]]))
    expect(bins.slice(0, -1).map(({ from, to }) => to - from + 1)).toEqual(
      Array.from({ length: bins.length - 1 }, () => 10),
    )
    expect(bins.at(-1)?.to).toBe(50_000)
  })
})
