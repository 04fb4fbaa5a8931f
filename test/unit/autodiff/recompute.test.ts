// What a caller of gradients() gets with checkpoints: the same numbers, from nodes that are computed twice.
import { expect, test } from 'vitest'
import { gradients } from '../../../main/engine/autodiff/differentiate.ts'
import { type Node, topological } from '../../../main/engine/graph/node.ts'
import { add, exp, input, mul, reduceSum, sigmoid } from '../../../main/engine/graph/ops.ts'
import { evaluate } from '../graph/run.ts'

const [x, offset] = [input('x', [2, 3]), input('offset', [3])]
const feeds = {
  x: { shape: [2, 3], data: Float32Array.of(1, -2, 3, 0.5, 0, -1) },
  offset: { shape: [3], data: Float32Array.of(0.1, 0.2, 0.3) },
}

/** Three layers, each reading its own exponential twice, and the first one's input as well. */
function chain(): { loss: Node; entering: Node[] } {
  const entering: Node[] = []
  let at: Node = x
  for (let layer = 0; layer < 3; layer++) {
    entering.push(at)
    const inner = exp(sigmoid(add(at, offset)))
    at = add(mul(inner, mul(inner, at)), x)
  }
  return { loss: reduceSum(at, [0, 1]), entering }
}

const countOf = (nodes: readonly Node[], op: Node['op']): number =>
  topological(nodes).filter((at) => at.op === op).length

test('the gradient is the same, of the input and of what enters between', async () => {
  const { loss, entering } = chain()
  const [plain, twice] = [gradients(loss, [x, offset]), gradients(loss, [x, offset], entering)]
  const results = await evaluate(
    { x0: plain[0] as Node, o0: plain[1] as Node, x1: twice[0] as Node, o1: twice[1] as Node },
    feeds,
  )
  expect(results['x1']?.data).toEqual(results['x0']?.data)
  expect(results['o1']?.data).toEqual(results['o0']?.data)
})

test('all layers but the last are computed twice', () => {
  const { loss, entering } = chain()
  expect(countOf([loss, ...gradients(loss, [x])], 'Exp')).toBe(3)
  expect(countOf([loss, ...gradients(loss, [x], entering)], 'Exp')).toBe(5)
})

test('one checkpoint, or one that the loss does not reach, changes nothing', () => {
  const { loss } = chain()
  for (const checkpoints of [[x], [input('other', [2, 3]), input('another', [2, 3])]])
    expect(countOf([loss, ...gradients(loss, [x], checkpoints)], 'Exp')).toBe(3)
})
