// The precomputed keys and values of texts come back unchanged, from memory or from disk, in this run or a later one.
import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKvStore } from '../../../main/engine/evaluate/kv-store.ts'
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
    expect([...(found ?? [])]).toEqual([Math.f16round(1 / 3), -2, 64_992])
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
    const store = createKvStore({ folder: undefined, memory: 12, half: false })
    await store.put('a', values(3))
    expect(await store.get('a', 3)).toEqual(values(3))
    expect(await store.get('b', 3)).toBeUndefined()
  })

  it('takes no more of memory and disk than it may, and says once that something found no room', async () => {
    const folder = temporaryFolder()
    let full = 0
    const disk = (needed: number) => Promise.resolve(Math.min(needed, 40))
    const store = createKvStore({ folder, memory: 20, disk, half: false, onFull: () => void full++ })
    await store.reserve(30)
    for (const [i, key] of ['a', 'b', 'c', 'd', 'e'].entries()) await store.put(key, values(5, i))
    expect(readdirSync(folder)).toHaveLength(2)
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => store.get(key, 5)))).toEqual([
      values(5, 0),
      values(5, 1),
      undefined,
      undefined,
      undefined,
    ])
    expect(full).toBe(1)
  })

  it('does without a disk that cannot be written to, and without blocks that somebody deletes', async () => {
    const nowhere = join(temporaryFolder(), 'a file', 'below')
    let full = 0
    const store = createKvStore({ folder: nowhere, memory: 12, half: false, onFull: () => void full++ })
    await store.put('a', values(3))
    await store.put('b', values(3))
    expect([await store.get('a', 3), await store.get('b', 3), full]).toEqual([values(3), undefined, 1])
    const folder = temporaryFolder()
    const deleted = createKvStore({ folder, memory: 0, half: false })
    await deleted.put('a', values(3))
    rmSync(join(folder, readdirSync(folder)[0] ?? ''))
    deleted.prefetch([{ key: 'a', values: 3 }])
    expect(await deleted.get('a', 3)).toBeUndefined()
  })
})
