// What a caller of gradients() gets: zeros, sums, refusals by name, and no work that nobody wanted.
import { expect, test } from 'vitest'
import type { Feeds } from '../../../main/contract/tensor.ts'
import { gradients } from '../../../main/engine/autodiff/differentiate.ts'
import { type Node, type Op, topological } from '../../../main/engine/graph/node.ts'
import * as ops from '../../../main/engine/graph/ops.ts'
import { evaluate } from '../graph/run.ts'

const { add, expand, input, matmul, mul, reduceMax, reduceSum, rotary, scalar, stopGradient } = ops
const total = (x: Node): Node => reduceSum(x, [...x.shape.keys()])
const x = input('x', [2, 3])
const feeds = { x: { shape: [2, 3], data: Float32Array.of(1, -2, 3, 0.5, 0, -1) } }

async function gradientOf(loss: Node, wanted: Node, fed: Feeds = feeds): Promise<number[]> {
  const [dx] = gradients(loss, [wanted])
  const results = await evaluate({ loss, dx: dx as Node }, fed)
  expect(results['dx']?.shape).toEqual(wanted.shape)
  return [...(results['dx']?.data ?? [])]
}

const opsOf = (nodes: readonly Node[]): Op[] => topological(nodes).map((node) => node.op)

test('a node that the loss does not depend on has gradient zero, in its own shape', async () => {
  const other = input('other', [3, 1, 2])
  expect(await gradientOf(total(x), other)).toEqual([0, 0, 0, 0, 0, 0])
  expect(await gradientOf(total(x), input('single', [1, 1]))).toEqual([0])
  expect(await gradientOf(total(x), input('number', []))).toEqual([0])
})

test('a stopped gradient counts only the ways around the stop', async () => {
  expect(await gradientOf(total(mul(x, stopGradient(x))), x)).toEqual([...feeds.x.data])
  expect(await gradientOf(total(stopGradient(mul(x, x))), x)).toEqual([0, 0, 0, 0, 0, 0])
})

test('the gradient of a stopped node itself is given on request', async () => {
  const stopped = stopGradient(x)
  expect(await gradientOf(total(mul(stopped, stopped)), stopped)).toEqual([...feeds.x.data].map((value) => 2 * value))
})

test('a node used many times gets the sum over its uses', async () => {
  const square = mul(x, x)
  const expected = [...feeds.x.data].map((value) => 4 * value ** 3 + 2 * value + 1)
  expect(await gradientOf(total(add(add(mul(square, square), square), x)), x)).toEqual(expected)
})

test('a node with a gradient of its own has that one, and passes nothing on to what it is computed from', async () => {
  const scaled = ops.withGradient(mul(x, scalar(5)), [x], (dy) => mul(dy, scalar(7)))
  expect(await gradientOf(total(scaled), x)).toEqual([7, 7, 7, 7, 7, 7])
  expect(await gradientOf(total(add(scaled, x)), x)).toEqual([8, 8, 8, 8, 8, 8])
})

test('rows of an input are an input of their own', async () => {
  const rows = ops.rowsOf(x, 1, 2)
  expect(rows).toMatchObject({ shape: [1, 3], attributes: { name: 'x[1:2]', rows: { of: 'x', start: 1, end: 2 } } })
  const fed = { 'x[1:2]': { shape: [1, 3], data: feeds.x.data.subarray(3) } }
  expect(await gradientOf(total(mul(rows, rows)), rows, fed)).toEqual([1, 0, -2])
})

test('the loss itself has gradient one', async () => {
  const loss = total(x)
  expect(await gradientOf(loss, loss)).toEqual([1])
})

test('a loss of several elements is refused in a sentence', () => {
  expect(() => gradients(x, [x])).toThrow(/a loss of one element, not \[2, 3\]/)
})

const forwardOnly: [string, string, () => [loss: Node, wanted: Node]][] = [
  ['a weight on its way to float32', 'Float', () => [total(ops.float(x, input('y', [2]))), x]],
  ['what ReduceMax compared', 'ReduceMax', () => [total(reduceMax(x)), x]],
  [
    'the angles of Rotary',
    'the angles of Rotary',
    () => {
      const angle = input('angle', [2, 1])
      return [total(rotary(input('queries', [2, 2]), angle, angle)), angle]
    },
  ],
]
test.each(forwardOnly)('a gradient that reaches %s is refused by name', (_, name, make) => {
  const [loss, wanted] = make()
  expect(() => gradients(loss, [wanted])).toThrow(`The gradient reached ${name},`)
})

test('a forward-only op that the gradient does not pass through is no obstacle', async () => {
  const shift = reduceMax(input('z', [2, 3]))
  const fed = { ...feeds, z: feeds.x }
  expect(await gradientOf(total(ops.sub(x, shift)), x, fed)).toEqual([1, 1, 1, 1, 1, 1])
  expect(await gradientOf(total(ops.sub(x, stopGradient(reduceMax(x)))), x)).toEqual([1, 1, 1, 1, 1, 1])
})

test('only the wanted gradients are computed', () => {
  const [w1, w2] = [input('w1', [3, 5]), input('w2', [5, 1])]
  const loss = total(matmul(matmul(x, w1), w2))
  const products = (wanted: readonly Node[]): number =>
    opsOf(gradients(loss, wanted)).filter((op) => op === 'MatMul').length
  // Of x: back through both weights. Of w1: back through w2 and once with x. Of w2: x w1 again and once with dy.
  expect([products([x]), products([w1]), products([w2])]).toEqual([2, 2, 2])
  expect(products([x, w1, w2])).toBe(5)
})

test('a gradient keeps nothing of the forward pass that it does not need', () => {
  const nodes = opsOf(gradients(total(ops.silu(add(x, scalar(1)))), [x]))
  expect(nodes.filter((op) => op === 'Silu')).toHaveLength(1)
  expect(opsOf(gradients(total(add(ops.exp(ops.log(input('y', [2, 3]))), x)), [x]))).not.toContain('Exp')
})

test('stretched inputs are summed once, in one reduction', async () => {
  const bias = input('bias', [1, 1, 3])
  const tall = input('tall', [4, 2, 3])
  const loss = total(mul(add(tall, bias), tall))
  expect(opsOf(gradients(loss, [bias])).filter((op) => op === 'ReduceSum')).toHaveLength(1)
  const data = Float32Array.from({ length: 24 }, (_, i) => i)
  const sums = [0, 1, 2].map((column) => data.filter((_, i) => i % 3 === column).reduce((a, b) => a + b))
  expect(
    await gradientOf(loss, bias, {
      tall: { shape: [4, 2, 3], data },
      bias: { shape: [1, 1, 3], data: new Float32Array(3) },
    }),
  ).toEqual(sums)
})

test('expanding and adding give the same gradient as broadcasting', async () => {
  const row = input('row', [1, 3])
  const fed = { ...feeds, row: { shape: [1, 3], data: Float32Array.of(1, 2, 3) } }
  const broadcast = await gradientOf(total(mul(x, mul(row, row))), row, fed)
  expect(await gradientOf(total(mul(x, expand(mul(row, row), [2, 3]))), row, fed)).toEqual(broadcast)
})

test('a network of 20,000 layers is differentiated without overflowing the stack', () => {
  let deep: Node = x
  for (let i = 0; i < 20_000; i++) deep = add(ops.tanh(deep), x)
  const [dx] = gradients(total(deep), [x])
  expect(topological([dx as Node]).length).toBeGreaterThan(40_000)
})
