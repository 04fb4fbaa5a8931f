// Every op's rule against central finite differences, both run through real ONNX Runtime in both dialects.
import { expect, test } from 'vitest'
import type { NamedTensors, Tensor } from '../../../main/contract/tensor.ts'
import { gradients } from '../../../main/engine/autodiff/differentiate.ts'
import { type Dialect, dialects } from '../../../main/engine/graph/lower/index.ts'
import type { Node, Op } from '../../../main/engine/graph/node.ts'
import { input, matmul, mul, reduceSum, reshape, softmax } from '../../../main/engine/graph/ops.ts'
import { cases, casesOf, type OpCases } from '../graph/cases.ts'
import { feedsOf, prepare } from '../graph/feeds.ts'
import { distance, open, tensor, uniform } from '../graph/run.ts'

const step = 0.04
const reached = (op: Op): OpCases['gradient'] => {
  const found = cases[op]
  return found === 'leaf' ? 'no gradient' : found.gradient
}
const differentiable = (Object.keys(cases) as Op[]).filter((op) => reached(op) !== 'no gradient')

for (const dialect of Object.keys(dialects) as Dialect[])
  test.each(differentiable)(`%s has the gradient that finite differences have, in dialect ${dialect}`, async (op) => {
    for (const [seed, made] of casesOf(op, op === 'MatMul' ? 30 : 12).entries()) {
      const { inputs, result, values } = prepare(made, seed)
      const wanted = reached(op) === 'first input' ? inputs.slice(0, 1) : inputs
      const cotangent = tensor(result.shape as readonly number[], uniform(seed + 1000))
      const c = input('c', result.shape)
      const derivatives = gradients(total(mul(result, c)), wanted)
      const outputs = Object.fromEntries([['y', result], ...derivatives.map((dx, i) => [`d${i}`, dx] as const)])
      const session = await open(outputs, dialect)
      const run = (at: readonly Tensor[]): Promise<NamedTensors> => session.run({ ...feedsOf(made, at), c: cotangent })
      const found = await run(values)
      for (const i of wanted.keys()) {
        const loss = async (moved: Tensor): Promise<number> => dot((await run(values.with(i, moved)))['y'], cotangent)
        const expected = await differences(loss, values[i] as Tensor)
        expect(found[`d${i}`]?.shape).toEqual(values[i]?.shape)
        expect(distance(found[`d${i}`]?.data ?? [], expected), `case ${seed}, input ${i}`).toBeLessThan(2e-4)
      }
      await session.release()
    }
  })

const total = (x: Node): Node => (x.shape.length === 0 ? x : reduceSum(x, [...x.shape.keys()]))

/** Contracted in float64, so that only the op's own rounding is in the differences. */
const dot = (y: Tensor | undefined, c: Tensor): number =>
  c.data.reduce((sum, value, i) => sum + value * (y?.data[i] ?? NaN), 0)

/** Of fourth order: a step that float32 resolves well is still small enough. */
async function differences(loss: (x: Tensor) => Promise<number>, x: Tensor): Promise<number[]> {
  const gradients: number[] = []
  for (const [i, value] of x.data.entries()) {
    const at = async (steps: number): Promise<number> => loss({ ...x, data: x.data.with(i, value + steps * step) })
    const [near, far] = [(await at(1)) - (await at(-1)), (await at(2)) - (await at(-2))]
    gradients.push((8 * near - far) / (12 * step))
  }
  return gradients
}

// Its sum is then taken over what the product gathers, which must be there in any shape and dialect.
test.each(['cpu', 'portable'] as const)(
  'Softmax has its gradient as a factor of a product, in dialect %s',
  async (dialect) => {
    const [scores, values] = [input('scores', [2, 4, 3, 5]), input('values', [2, 2, 5, 7])]
    const weights = softmax(scores)
    const gathered = matmul(reshape(weights, [2, 2, 6, 5]), values)
    const slope = tensor([2, 2, 6, 7], uniform(1))
    const derivatives = gradients(total(mul(gathered, input('c', gathered.shape))), [scores, values])
    const outputs = { y: gathered, dScores: derivatives[0] as Node, dValues: derivatives[1] as Node }
    const session = await open(outputs, dialect)
    const given = [tensor([2, 4, 3, 5], uniform(2)), tensor([2, 2, 5, 7], uniform(3))] as const
    const run = (at: readonly Tensor[]): Promise<NamedTensors> =>
      session.run({ scores: at[0] as Tensor, values: at[1] as Tensor, c: slope })
    const found = await run(given)
    for (const [i, name] of (['dScores', 'dValues'] as const).entries()) {
      const loss = async (moved: Tensor): Promise<number> => dot((await run(given.with(i, moved)))['y'], slope)
      expect(distance(found[name]?.data ?? [], await differences(loss, given[i] as Tensor))).toBeLessThan(2e-4)
    }
    await session.release()
  },
)
