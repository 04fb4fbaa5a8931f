// How many rows run at once: the whole batch where it fits, else even parts that do.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesPerToken, microBatch } from '../../../main/engine/train/memory.ts'
import { tinyModel } from '../../support/tiny.ts'

const { config } = await tinyModel('llama')

const cases = fc.record({
  length: fc.integer({ min: 1, max: 512 }),
  read: fc.integer({ min: 0, max: 512 }),
  past: fc.integer({ min: 0, max: 32 }),
  batch: fc.integer({ min: 1, max: 64 }),
  bytes: fc.double({ min: 1, max: 1e10, noNaN: true }),
})

describe('splitting a batch', () => {
  it('is not done where there is room, and goes down to single rows', () => {
    const rows = (bytes: number) => microBatch(config, { length: 64, read: 0 }, 16, 8, bytes)
    expect([rows(Infinity), rows(1)]).toEqual([8, 1])
    for (let bytes = 1e5; bytes < 1e8; bytes *= 2) expect([1, 2, 3, 4, 8]).toContain(rows(bytes))
  })

  it('is done for long rows even where there is room: what stands near the cores is quicker to reach', () => {
    const rows = (length: number) => microBatch(config, { length, read: 0 }, 16, 8, Infinity)
    expect([rows(80), rows(81), rows(272), rows(4096)]).toEqual([8, 4, 2, 1])
  })

  it('keeps to the memory, in as few parts as it allows, no row to spare', () => {
    fc.assert(
      fc.property(cases, ({ length, read, past, batch, bytes }) => {
        const rows = microBatch(config, { length, read }, past, batch, bytes)
        const row = length * bytesPerToken(config, length + read + past)
        const parts = Math.ceil(batch / rows)
        expect(rows).toBeGreaterThanOrEqual(1)
        expect(rows).toBeLessThanOrEqual(batch)
        if (rows > 1) expect(rows * row).toBeLessThanOrEqual(bytes)
        // One row fewer at once would take another part.
        if (rows > 1) expect(Math.ceil(batch / (rows - 1))).toBeGreaterThan(parts)
      }),
    )
  })

  it('reckons with more memory for longer rows, longer pasts and texts that were read', () => {
    const rows = (length: number, read: number, past: number) => microBatch(config, { length, read }, past, 64, 2e6)
    const usual = rows(16, 0, 0)
    expect(usual).toBeGreaterThan(1)
    for (const more of [rows(64, 0, 0), rows(16, 256, 0), rows(16, 0, 256)]) expect(more).toBeLessThan(usual)
  })
})
