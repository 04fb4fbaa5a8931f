// What the emitter leaves out of an ONNX model, so that the library's own passes over the graph have nothing to find.
import { expect, test } from 'vitest'
import { Emitter } from '../../../../main/engine/graph/lower/emitter.ts'

test('equal ops of equal inputs are emitted once', () => {
  const emit = new Emitter()
  const first = emit.op('Transpose', ['x'], { perm: { ints: [1, 0] } })
  expect(emit.op('Transpose', ['x'], { perm: { ints: [1, 0] } })).toBe(first)
  expect(emit.op('Transpose', ['x'], { perm: { ints: [0, 1] } })).not.toBe(first)
  expect(emit.op('Transpose', ['y'], { perm: { ints: [1, 0] } })).not.toBe(first)
  expect(emit.contributed('Transpose', ['x'], { perm: { ints: [1, 0] } })).not.toBe(first)
  expect(emit.nodes).toHaveLength(4)
})

test('an output is the result of the node that computes it, also where other nodes use it', () => {
  const emit = new Emitter()
  const sum = emit.op('Add', ['x', 'x'])
  const root = emit.op('Sqrt', [sum])
  emit.outputs({ sum, root })
  expect(emit.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
    ['Add', ['x', 'x'], ['sum']],
    ['Sqrt', ['sum'], ['root']],
  ])
})

test('an input that is an output, and a second name for a result, are copies', () => {
  const emit = new Emitter()
  const sum = emit.op('Add', ['x', 'x'])
  emit.outputs({ sum, again: sum, x2: 'x' })
  expect(emit.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
    ['Add', ['x', 'x'], ['sum']],
    ['Identity', ['sum'], ['again']],
    ['Identity', ['x'], ['x2']],
  ])
})

test('shapes are said where a size has a name, except of outputs, which say theirs anyway', () => {
  const emit = new Emitter()
  const [known, named, last] = ['a', 'b', 'c'].map((input) => emit.op('Neg', [input])) as [string, string, string]
  emit.shaped(known, { dtype: 'f32', shape: [2, 3] })
  emit.shaped(named, { dtype: 'f32', shape: ['batch', 3] })
  emit.shaped(last, { dtype: 'f32', shape: ['batch', 3] })
  emit.outputs({ y: last })
  expect([...emit.values.values()]).toEqual([{ name: named, dtype: 'f32', shape: ['batch', 3] }])
})
