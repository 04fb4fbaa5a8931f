// Lowered graphs in real ONNX Runtime: symbolic sizes, weights that stay in their file, and names of any kind.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Dialect, dialects, lower } from '../../../../main/engine/graph/lower/index.ts'
import type { Node } from '../../../../main/engine/graph/node.ts'
import * as ops from '../../../../main/engine/graph/ops.ts'
import { distance, evaluate, open, tensor, uniform } from '../run.ts'

const { add, concat, constant, expand, gather, input, matmul, mul, reshape, scalar, softmax, transpose, weight } = ops
const both = Object.keys(dialects) as Dialect[]

/** Grouped-query attention as the network builds it: 4 heads over 2 pairs of keys and values, 3 wide. */
function groupedAttention() {
  const x = input('x', ['batch', 'seq', 12])
  const byHead = (count: number) => transpose(reshape(x, ['batch', 'seq', count, 12 / count]), [0, 2, 1, 3])
  const past = input('past', ['batch', 2, 'past', 3])
  const keys = concat([past, reshape(byHead(4), ['batch', 2, 'seq x group', 3])], 2, 'span')
  const grouped = reshape(byHead(4), ['batch', 2, 'seq x group', 3])
  const scores = matmul(grouped, keys, { transB: true, alpha: 0.5 })
  const weights = softmax(reshape(scores, ['batch', 4, 'seq', 'span']))
  const mixed = matmul(reshape(weights, ['batch', 2, 'seq x group', 'span']), keys)
  const joined = transpose(reshape(mixed, ['batch', 4, 'seq', 3]), [0, 2, 1, 3])
  return reshape(joined, ['batch', 'seq', 12])
}

test.each(both)('a graph of symbolic sizes is lowered once and runs at every size, in dialect %s', async (dialect) => {
  const session = await open({ y: groupedAttention() }, dialect)
  for (const [batch, seq, past] of [
    [1, 1, 0],
    [1, 5, 2],
    [3, 2, 7],
    [2, 1, 1],
  ] as const) {
    const random = uniform(batch * 100 + seq)
    const feeds = { x: tensor([batch, seq, 12], random), past: tensor([batch, 2, past, 3], random) }
    const { y } = await session.run(feeds)
    expect(y?.shape).toEqual([batch, seq, 12])
    // Row by row, batches do not see each other.
    const single = await session.run({
      x: { shape: [1, seq, 12], data: feeds.x.data.slice(0, seq * 12) },
      past: { shape: [1, 2, past, 3], data: feeds.past.data.slice(0, 6 * past) },
    })
    expect(distance(single['y']?.data ?? [], y?.data.slice(0, seq * 12) ?? [])).toBeLessThan(1e-6)
  }
  await session.release()
})

test.each(both)('a symbolic dim is preserved while others are broadcast, in dialect %s', async (dialect) => {
  const x = input('x', ['batch', 1, 2])
  const { y } = await evaluate({ y: expand(x, ['batch', 3, 2]) }, { x: tensor([2, 1, 2], () => 1) }, dialect)
  expect(y?.shape).toEqual([2, 3, 2])
})

test.each(both)('a weight stays in its file, at any offset, in dialect %s', async (dialect) => {
  const folder = await mkdtemp(join(tmpdir(), 'weights-'))
  try {
    const values = Float32Array.from({ length: 6 }, (_, i) => i - 2.5)
    await writeFile(
      join(folder, 'model.bin'),
      Buffer.concat([Buffer.from('header'), Buffer.from(values.buffer), Buffer.from('tail')]),
    )
    const table = weight({ name: 'model.norm.weight', file: 'model.bin', offset: 6, bytes: 24 }, [2, 3])
    const twice = matmul(constant([1, 2], [1, 2]), table)
    const graph = { y: twice, row: gather(table, input('id', [1], 'i64')) }
    expect(lower({ outputs: graph }, dialect).length).toBeLessThan(1000)
    const session = await open(graph, dialect, folder)
    const { y, row } = await session.run({ id: { shape: [1], data: BigInt64Array.of(1n) } })
    expect([...(y?.data ?? [])]).toEqual([-1.5, 1.5, 4.5])
    expect([...(row?.data ?? [])]).toEqual([0.5, 1.5, 2.5])
    await session.release()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('inputs may have any name, also one that the lowering would choose itself', async () => {
  const names = ['0', 'v0', 'c1', 'graph', 'a "b" ü']
  const named = names.map((name) => input(name, [1]))
  const y = named.reduce((sum, node) => add(mul(sum, scalar(2)), node), scalar(0) as Node)
  const feeds = Object.fromEntries(names.map((name, i) => [name, { shape: [1], data: Float32Array.of(i) }]))
  const results = await evaluate({ y, sliced: ops.slice(concat(named, 0), 0, 1, 3) }, feeds)
  expect([...(results['y']?.data ?? [])]).toEqual([26])
  expect([...(results['sliced']?.data ?? [])]).toEqual([1, 2])
})

test('one node may be several results, and an input or a constant may be one', async () => {
  const x = input('x', [2])
  const doubled = add(x, x)
  const fed = { x: { shape: [2], data: Float32Array.of(1, 2) } }
  const results = await evaluate({ a: doubled, b: doubled, same: x, fixed: constant([7]) }, fed)
  expect(Object.values(results).map(({ data }) => [...data])).toEqual([[2, 4], [2, 4], [1, 2], [7]])
})
