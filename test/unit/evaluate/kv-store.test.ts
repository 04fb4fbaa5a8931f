// The precomputed keys and values of texts come back unchanged, from memory or from disk, in this run or a later one.
import { mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pruneKvStore, createKvStore } from '../../../main/engine/evaluate/kv-store.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const values = (count: number, from = 0) => Float32Array.from({ length: count }, (_, i) => (from + i) / 7)

describe('a text store', () => {
  it('gives back what it was given, whatever fits in memory', async () => {
    const folder = temporaryFolder()
    const blocks = fc.uniqueArray(fc.record({ key: fc.string(), count: fc.integer({ min: 1, max: 50 }) }), {
      selector: ({ key }) => key,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(blocks, fc.integer({ min: 0, max: 400 }), async (some, memory) => {
        const store = createKvStore({ folder, memory, half: false })
        for (const { key, count } of some) await store.put(key, values(count, count))
        store.prefetch(some.map(({ key, count }) => ({ key, values: count })))
        for (const { key, count } of some) expect(await store.get(key, count)).toEqual(values(count, count))
      }),
      { numRuns: 30 },
    )
  })

  it('stores 16 bits of a number where that is requested, on disk in half the bytes', async () => {
    const folder = temporaryFolder()
    await createKvStore({ folder, memory: 0, half: true }).put('a', Float32Array.of(1 / 3, -2, 65_000))
    const found = await createKvStore({ folder, memory: 0, half: true }).get('a', 3)
    expect([...found]).toEqual([Math.f16round(1 / 3), -2, 64_992])
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('finds in a later run what an earlier one read, but nothing that is cut short or of another kind', async () => {
    const folder = temporaryFolder()
    await createKvStore({ folder, memory: 1e6, half: false }).put('a', values(10))
    const later = createKvStore({ folder, memory: 1e6, half: false })
    expect([await later.has('a', 10), await later.has('a', 11), await later.has('b', 10)]).toEqual([true, false, false])
    expect(await createKvStore({ folder, memory: 1e6, half: true }).has('a', 10)).toBe(false)
    truncateSync(join(folder, readdirSync(folder)[0] ?? ''), 12)
    expect(await createKvStore({ folder, memory: 1e6, half: false }).has('a', 10)).toBe(false)
  })

  it('lives in memory alone where it has no folder', async () => {
    const store = createKvStore({ folder: undefined, memory: 0, half: false })
    await store.put('a', values(3))
    expect(await store.get('a', 3)).toEqual(values(3))
    await expect(store.get('b', 3)).rejects.toThrow('never computed')
  })

  it('evicts the least recently used entries', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, '1'))
    for (const [i, name] of ['old', 'middle', 'new'].entries()) {
      const path = join(folder, '1', name)
      writeFileSync(path, new Uint8Array(100))
      utimesSync(path, 1000 + i, 1000 + i)
    }
    await pruneKvStore(folder, 250)
    expect(readdirSync(join(folder, '1')).sort()).toEqual(['middle', 'new'])
    await pruneKvStore(join(folder, 'nowhere'), 0)
  })
})
