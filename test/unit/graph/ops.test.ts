// What the constructors of nodes promise: shapes, types, and a readable refusal.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Node, type Shape, topological } from '../../../main/engine/graph/node.ts'
import * as ops from '../../../main/engine/graph/ops.ts'
import { broadcast } from '../../../main/engine/graph/shape.ts'
import { evaluate } from './run.ts'

const {
  add,
  concat,
  constant,
  expand,
  gather,
  input,
  matmul,
  pad,
  reduceSum,
  reshape,
  rotary,
  scalar,
  slice,
  transpose,
} = ops
const x = input('x', ['batch', 4, 6])
const ids = input('ids', [2, 5], 'i64')

test('nodes are frozen, with all that they hold', () => {
  const node = slice(x, 1, 0, 2)
  for (const part of [node, node.inputs, node.shape, node.attributes]) expect(Object.isFrozen(part)).toBe(true)
})

test('a constant does not change when the array that it was made from does', () => {
  const values = Float32Array.of(1, 2)
  const made = constant(values)
  values[0] = 9
  expect(made.attributes.data[0]).toBe(1)
})

test('broadcasting is symmetric, idempotent and has 1 as its neutral dim', () => {
  const dim = fc.constantFrom(1, 2, 3, 'batch')
  const shape = fc.array(dim, { maxLength: 4 })
  const attempt = (a: Shape, b: Shape): Shape | string => {
    try {
      return broadcast('Add', a, b)
    } catch {
      return 'refused'
    }
  }
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      expect(attempt(a, b)).toEqual(attempt(b, a))
      expect(attempt(a, a)).toEqual(a)
      expect(
        attempt(
          a,
          a.map(() => 1),
        ),
      ).toEqual(a)
      const both = attempt(a, b)
      if (typeof both !== 'string') expect(attempt(both, a)).toEqual(both)
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('moving whole numbers keeps them whole numbers', () => {
  const moved: Node[] = [
    reshape(ids, [10]),
    transpose(ids, [1, 0]),
    concat([ids, ids], 0),
    slice(ids, 1, 0, 2),
    expand(input('one', [1, 5], 'i64'), [2, 5]),
    gather(ids, input('row', [], 'i64')),
  ]
  expect(moved.map((node) => node.dtype)).toEqual(moved.map(() => 'i64'))
  const rows = gather(input('table', [7, 3]), slice(ids, 1, 1, 2))
  expect(rows.shape).toEqual([2, 1, 3])
})

test('a reduction over no dims is its input', async () => {
  const two = constant([1, 2])
  const { y } = await evaluate({ y: reduceSum(two, []) })
  expect(y).toEqual({ shape: [2], data: Float32Array.of(1, 2) })
})

const refusals: [string, () => Node, RegExp][] = [
  ['dims that do not broadcast', () => add(x, constant([1, 2])), /Add got shapes .*\[batch, 4, 6\] and \[2\]/],
  ['two symbols', () => add(x, input('y', ['other', 4, 6])), /Add .*\[batch, 4, 6\] and \[other, 4, 6\]/],
  ['inner dims of a product', () => matmul(x, constant([1, 2, 3, 4], [2, 2])), /MatMul .*\[batch, 4, 6\] and \[2, 2\]/],
  ['a product of vectors', () => matmul(constant([1]), constant([1])), /MatMul .*\[1\] and \[1\]/],
  ['other elements', () => reshape(constant([1, 2, 3]), [2, 2]), /Reshape .*\[3\] and \[2, 2\]/],
  ['two unknown dims at once', () => reshape(x, ['a', 'b', 6]), /Reshape .*\[batch, 4, 6\] and \[a, b, 6\]/],
  ['no permutation', () => transpose(x, [0, 1, 1]), /Transpose .*\[batch, 4, 6\] and \[0, 1, 1\]/],
  [
    'parts of other widths',
    () => concat([x, input('y', ['batch', 4, 5])], 1),
    /Concat .*\[batch, 4, 6\] and \[batch, 4, 5\]/,
  ],
  ['parts of unknown length without a name', () => concat([x, x], 0), /static dim 0 .*\[batch, 4, 6\]/],
  ['no parts', () => concat([], 0), /Concat/],
  ['an axis that is not there', () => concat([x, x], 3), /Concat .*\[batch, 4, 6\]/],
  ['an end behind the end', () => slice(x, 1, 2, 5), /Slice 2:5 .*\[batch, 4, 6\]/],
  ['an empty slice', () => slice(x, 1, 2, 2), /Slice 2:2/],
  ['a negative padding', () => pad(x, 1, -1, 0), /Pad -1:0 .*\[batch, 4, 6\]/],
  ['a dim that cannot stretch', () => expand(x, ['batch', 4, 7]), /Expand .*\[batch, 4, 6\] and \[batch, 4, 7\]/],
  ['a stretch to an unknown dim', () => expand(scalar(0), ['batch']), /Expand .*\[\] and \[batch\]/],
  ['float ids', () => gather(x, scalar(0)), /Gather/],
  ['odd heads', () => rotary(input('q', [2, 5]), input('a', [2, 1]), input('b', [2, 1])), /Rotary .*\[2, 5\]/],
  [
    'angles of other heads',
    () => rotary(input('q', [2, 4]), input('a', [2, 3]), input('b', [2, 3])),
    /Rotary .*\[2, 2\] and \[2, 3\]/,
  ],
  ['a gain of another width', () => ops.rmsNorm(x, constant([1, 2]), 1e-6), /RmsNorm .*\[batch, 4, 6\] and \[2\]/],
  ['values of another count', () => constant([1, 2, 3], [2]), /Constant .*\[3\] and \[2\]/],
]
test.each(refusals)('refused with the op and the shapes: %s', (_, build, sentence) => {
  expect(build).toThrow(sentence)
})

test('the order of a graph puts inputs before users, each node once', () => {
  const shared = ops.exp(x)
  const order = topological([add(shared, ops.tanh(shared)), shared])
  expect(order.map((node) => node.op)).toEqual(['Input', 'Exp', 'Tanh', 'Add'])
})

test('the order of 50,000 nodes in a chain needs no deep stack', () => {
  let deep: Node = x
  for (let i = 0; i < 50_000; i++) deep = ops.neg(deep)
  expect(topological([deep])).toHaveLength(50_001)
})
