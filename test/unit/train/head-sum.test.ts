// The sum over the vocabulary is the same in one part and in many, with its gradient, in every precision of the head.
import { describe, expect, it } from 'vitest'
import type { Feeds } from '../../../main/contract/tensor.ts'
import { gradients } from '../../../main/engine/autodiff/differentiate.ts'
import { isOp, type Node, topological } from '../../../main/engine/graph/node.ts'
import { input, mul, reduceSum } from '../../../main/engine/graph/ops.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { head } from '../../../main/engine/network/embed.ts'
import { weightsOf } from '../../../main/engine/network/weights.ts'
import { headSum } from '../../../main/engine/train/head-sum.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { families, tinyFolder } from '../../support/tiny.ts'
import { distance, open, tensor, uniform } from '../graph/run.ts'

/** Fewer states than the tiny models are wide, and more: a part is as large as its rows of the head, or as its logits. */
const counts = [5, 80] as const

const partsIn = (sum: Node): number => topological([sum]).filter(({ op }) => op === 'Float').length

describe.each(['float32', 'f16', 'int8', 'as-stored'] as const)('a head in %s', (precision) => {
  it.each(families)('has the same sum and gradient in parts: %s', async (family) => {
    const model = await prepareModel(tinyFolder(family), temporaryFolder(), { name: family, precision })
    const { hidden, vocab } = model.config
    const table = head(model.config, weightsOf(model))
    for (const count of counts) {
      const states = input('states', [count, hidden])
      const graphOf = (sum: Node) => {
        const [slope] = gradients(reduceSum(mul(sum, sum), [0, 1]), [states])
        return { sum, slope: slope ?? sum }
      }
      const feeds = { states: tensor([count, hidden], uniform(3)) }
      const whole = headSum(table, states, Infinity)
      expect(partsIn(whole)).toBe(0)
      const expected = await run(graphOf(whole), model.folder, feeds)
      for (const parts of [3, 7]) {
        const widest = isOp(table, 'Quantised') ? Math.max(count, hidden) : count
        const some = headSum(table, states, 4 * widest * Math.ceil(vocab / parts))
        expect(partsIn(some)).toBe(parts)
        const found = await run(graphOf(some), model.folder, feeds)
        for (const name of ['sum', 'slope'] as const)
          expect(distance(found[name]?.data ?? [], expected[name]?.data ?? []), name).toBeLessThan(1e-6)
      }
    }
  })
})

it('a head that is trained has the same sum and gradients in parts, which it comes in', async () => {
  const [vocab, width, count] = [50, 6, 9]
  const [table, states] = [input('table', [vocab, width]), input('states', [count, width])]
  const [head, rows] = [tensor([vocab, width], uniform(4)), tensor([count, width], uniform(5))]
  const squares = (sum: Node): Node => reduceSum(mul(sum, sum), [0, 1])
  const whole = headSum(table, states, Infinity)
  const [wholeTable, wholeStates] = gradients(squares(whole), [table, states])
  const expected = await run({ sum: whole, dTable: wholeTable as Node, dStates: wholeStates as Node }, undefined, {
    table: head,
    states: rows,
  })
  for (const parts of [2, 7]) {
    const some = headSum(table, states, 4 * count * Math.ceil(vocab / parts))
    const slices = topological([some]).filter((at) => isOp(at, 'Input') && at.attributes.rows !== undefined)
    expect(slices).toHaveLength(parts)
    const fed = slices.map((at) => {
      const { name, rows: range } = (at as Node<'Input'>).attributes
      const data = head.data.subarray((range?.start ?? 0) * width, (range?.end ?? 0) * width)
      return [name, { shape: at.shape as number[], data }] as const
    })
    const derivatives = gradients(squares(some), [states, ...slices])
    const outputs = Object.fromEntries(derivatives.map((dx, i) => [`d${String(i)}`, dx]))
    const found = await run({ sum: some, ...outputs }, undefined, { states: rows, ...Object.fromEntries(fed) })
    expect(distance(found['sum']?.data ?? [], expected['sum']?.data ?? [])).toBeLessThan(1e-6)
    expect(distance(found['d0']?.data ?? [], expected['dStates']?.data ?? [])).toBeLessThan(1e-6)
    const joined = slices.flatMap((_, i) => [...(found[`d${String(i + 1)}`]?.data ?? [])])
    expect(distance(joined, expected['dTable']?.data ?? [])).toBeLessThan(1e-6)
  }
})

async function run(outputs: Readonly<Record<string, Node>>, folder: string | undefined, feeds: Feeds) {
  const session = await open(outputs, 'cpu', folder)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
