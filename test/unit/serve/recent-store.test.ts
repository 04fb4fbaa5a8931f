// The store of recent texts stays within its budget, and lets go of what is unused for longest.
import { expect, it } from 'vitest'
import { createRecentStore } from '../../../main/engine/serve/recent-store.ts'

it('evicts what is unused for longest, and keeps nothing that is larger than the budget', async () => {
  const store = createRecentStore(3 * 8)
  for (const key of ['a', 'b', 'c']) await store.put(key, new Float32Array(2))
  expect(await store.get('a', 2)).toHaveLength(2)
  await store.put('d', new Float32Array(2))
  expect(store.bytes).toBe(24)
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.has(key, 2)))).toEqual([true, false, true, true])
  expect(await store.put('large', new Float32Array(7))).toHaveLength(7)
  expect(await store.has('large', 7)).toBe(false)
  await store.put('a', new Float32Array(4))
  expect(store.bytes).toBe(24)
  expect(await store.has('c', 2)).toBe(false)
})
