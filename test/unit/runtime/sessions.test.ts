// The cache of sessions: opens each once, keeps up to a maximum, and releases the least recently used.
import { expect, test } from 'vitest'
import { input, mul, scalar } from '../../../main/engine/graph/ops.ts'
import type { Session } from '../../../main/engine/runtime/session.ts'
import { createSessions } from '../../../main/engine/runtime/sessions.ts'
import { open } from '../graph/run.ts'

const feeds = { x: { shape: [1], data: Float32Array.of(3) } }

/** A cache of sessions that multiply by their key, and the keys in the order in which they were opened and released. */
function multipliers(max: number) {
  const sessions = createSessions(max)
  const [opened, released]: [string[], string[]] = [[], []]
  const make = async (key: string): Promise<Session> => {
    opened.push(key)
    const session = await open({ y: mul(input('x', [1]), scalar(Number(key))) })
    const release = (): Promise<void> => (released.push(key), session.release())
    return { run: session.run, release }
  }
  const times = async (key: string): Promise<number | undefined> => {
    const session = await sessions.get(key, () => make(key))
    return (await session.run(feeds))['y']?.data[0]
  }
  return { sessions, opened, released, times }
}

test('a key is opened once and answers with its own session', async () => {
  const { times, opened, sessions } = multipliers(3)
  expect([await times('2'), await times('5'), await times('2')]).toEqual([6, 15, 6])
  expect(opened).toEqual(['2', '5'])
  await sessions.release()
})

test('two requests at once open one session', async () => {
  const { times, opened, sessions } = multipliers(2)
  expect(await Promise.all([times('2'), times('2')])).toEqual([6, 6])
  expect(opened).toEqual(['2'])
  await sessions.release()
})

test('the least recently used session is released, and opened anew on request', async () => {
  const { times, opened, released, sessions } = multipliers(2)
  for (const key of ['1', '2', '1', '3']) await times(key)
  expect(released).toEqual(['2'])
  expect(await times('2')).toBe(6)
  expect([opened, released]).toEqual([
    ['1', '2', '3', '2'],
    ['2', '1'],
  ])
  await sessions.release()
  expect(released.toSorted()).toEqual(['1', '2', '2', '3'])
})

test('a session that could not open is tried anew', async () => {
  const { times, sessions } = multipliers(1)
  await expect(sessions.get('4', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await times('4')).toBe(12)
  await sessions.release()
})
