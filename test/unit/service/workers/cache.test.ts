// A result is computed once for all who want it, stops when nobody does, and is kept until it is dropped.
import { describe, expect, it } from 'vitest'
import { createCache } from '../../../../main/service/workers/cache.ts'

const cancelled = { code: 'run/cancelled' }

describe('a cache of results', () => {
  it('computes once for all who wait, and for those who come later', async () => {
    const cache = createCache<string>(4)
    let computed = 0
    const compute = () => Promise.resolve(`result ${String(++computed)}`)
    expect(await Promise.all([cache.get('a', compute), cache.get('a', compute)])).toEqual(['result 1', 'result 1'])
    expect(await cache.get('a', compute)).toBe('result 1')
    cache.drop((key) => key === 'a')
    expect(await cache.get('a', compute)).toBe('result 2')
  })

  it('stops a computation when the last who waits has left, and not before', async () => {
    const cache = createCache<string>(4)
    let stop: AbortSignal | undefined
    const compute = (signal: AbortSignal) => {
      stop = signal
      return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
    }
    const [one, two] = [new AbortController(), new AbortController()]
    const waits = [cache.get('a', compute, one.signal), cache.get('a', compute, two.signal)]
    one.abort()
    await expect(waits[0]).rejects.toMatchObject(cancelled)
    expect(stop?.aborted).toBe(false)
    two.abort()
    await expect(waits[1]).rejects.toMatchObject(cancelled)
    expect(stop?.aborted).toBe(true)
    expect(await cache.get('a', () => Promise.resolve('anew'))).toBe('anew')
    await expect(cache.get('a', compute, one.signal)).rejects.toMatchObject(cancelled)
  })

  it('keeps no failure, and no more than it may', async () => {
    const cache = createCache<string>(2)
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await cache.get('a', () => Promise.resolve('yes'))).toBe('yes')
    await cache.get('b', () => Promise.resolve('b'))
    await cache.get('a', () => Promise.resolve('not asked'))
    await cache.get('c', () => Promise.resolve('c'))
    expect(await cache.get('a', () => Promise.resolve('not asked'))).toBe('yes')
    expect(await cache.get('b', () => Promise.resolve('anew'))).toBe('anew')
  })
})
