// A session's results, its end, and the memory settings' effects.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { add, input, neg } from '../../../main/engine/graph/ops.ts'
import type { SessionOptions } from '../../../main/engine/runtime/session.ts'
import { open } from '../graph/run.ts'

const x = input('x', [2])
const feeds = { x: { shape: [2], data: Float32Array.of(1, 2) } }

test('results are the caller’s own: the next run does not change them', async () => {
  const session = await open({ y: neg(x) })
  const first = await session.run(feeds)
  const second = await session.run({ x: { shape: [2], data: Float32Array.of(5, 6) } })
  expect([[...(first['y']?.data ?? [])], [...(second['y']?.data ?? [])]]).toEqual([
    [-1, -2],
    [-5, -6],
  ])
  await session.release()
})

test('a release waits for the runs under way', async () => {
  const session = await open({ y: add(x, x) })
  const runs = [session.run(feeds), session.run(feeds)]
  await session.release()
  expect((await Promise.all(runs)).map(({ y }) => y?.data[1])).toEqual([4, 4])
})

// Where the system says how much memory is anonymous; in a fresh process, whose heap holds nothing to reuse.
const onLinux = process.platform === 'linux'
const growth = async (options: Partial<SessionOptions>): Promise<number> => {
  const script = fileURLToPath(new URL('./mapped-weights.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(options)])
  return Number(stdout)
}

test.runIf(onLinux)('weights stay mapped: none is copied, transposed or packed', async () => {
  // One of the twelve may be in work, where the portable dialect transposes it.
  expect(await growth({ dialect: 'cpu' })).toBeLessThan(0.3)
  expect(await growth({ dialect: 'portable' })).toBeLessThan(0.3)
})

test.runIf(onLinux)('weights are packed where that is requested', async () => {
  expect(await growth({ dialect: 'cpu', packWeights: true })).toBeGreaterThan(0.9)
})
