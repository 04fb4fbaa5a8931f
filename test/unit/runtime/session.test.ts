// A session's results, its end, and the memory settings' effects.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { add, input, matmul, neg, weight } from '../../../main/engine/graph/ops.ts'
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

// Where the system says how much memory is anonymous.
test.runIf(process.platform === 'linux')('weights stay mapped: none is copied, transposed or packed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mapped-'))
  const [size, layers] = [1024, 12]
  await writeFile(join(folder, 'w.bin'), Buffer.alloc(3 + layers * size * size * 4))
  const rows = input('rows', [8, size])
  let y = rows as ReturnType<typeof matmul>
  for (let layer = 0; layer < layers; layer++) {
    const at = { name: `w${layer}`, file: 'w.bin', offset: 3 + layer * size * size * 4, bytes: size * size * 4 }
    y = matmul(y, weight(at, [size, size]), { transB: layer % 2 === 0 })
  }
  for (const dialect of ['cpu', 'portable'] as const) {
    const before = await anonymousBytes()
    const session = await open({ y }, dialect, folder)
    await session.run({ rows: { shape: [8, size], data: new Float32Array(8 * size) } })
    // One of the twelve may be in work, where the portable dialect transposes it.
    expect((await anonymousBytes()) - before, dialect).toBeLessThan(0.4 * layers * size * size * 4)
    await session.release()
  }
  await rm(folder, { recursive: true })
})

async function anonymousBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1])
}
