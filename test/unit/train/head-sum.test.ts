// The sum over all words comes out the same in one part and in many, with its gradient, however the head is kept.
import { describe, expect, it } from 'vitest'
import type { Feeds } from '../../../main/contract/tensor.ts'
import { gradients } from '../../../main/engine/autodiff/differentiate.ts'
import { type Node, topological } from '../../../main/engine/graph/node.ts'
import { input, mul, reduceSum } from '../../../main/engine/graph/ops.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { head } from '../../../main/engine/network/embed.ts'
import { weightsOf } from '../../../main/engine/network/weights.ts'
import { headSum } from '../../../main/engine/train/head-sum.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { families, tinyFolder } from '../../support/tiny.ts'
import { distance, open, tensor, uniform } from '../graph/run.ts'

/** More than the tiny models are wide, so that a part is as large by its logits as by its rows of the head. */
const many = 80
const few = 5

describe.each(['float32', 'f16', 'int8'] as const)('a head kept as %s', (precision) => {
  it.each(families)('has the same sum and gradient in parts: %s', async (family) => {
    const model = await prepareModel(tinyFolder(family), temporaryFolder(), { name: family, precision })
    const table = head(model.config, weightsOf(model))
    const states = input('states', [many, model.config.hidden])
    const outputs = (bytes: number) => {
      const { sum, entering } = headSum(table, states, bytes)
      const [slope] = gradients(reduceSum(mul(sum, sum), [0, 1]), [states], entering)
      return { parts: entering.length, graph: { sum, slope: slope ?? sum } }
    }
    const feeds = { states: tensor([many, model.config.hidden], uniform(3)) }
    const whole = outputs(Infinity)
    expect(whole.parts).toBe(0)
    const expected = await run(whole.graph, model.folder, feeds)
    for (const parts of [3, 7]) {
      const some = outputs(4 * many * Math.ceil(model.config.vocab / parts))
      expect(some.parts).toBe(parts)
      const found = await run(some.graph, model.folder, feeds)
      for (const name of ['sum', 'slope'] as const)
        expect(distance(found[name]?.data ?? [], expected[name]?.data ?? []), name).toBeLessThan(1e-6)
    }
  })
})

it('computes nothing anew where the logits of all words are few: only the head comes in parts', async () => {
  const model = await prepareModel(tinyFolder('llama'), temporaryFolder(), { name: 'few', precision: 'f16' })
  const { hidden, vocab } = model.config
  const table = head(model.config, weightsOf(model))
  const states = input('states', [few, hidden])
  const sumIn = (bytes: number) => headSum(table, states, bytes)
  const inParts = sumIn(4 * hidden * Math.ceil(vocab / 3))
  expect(hidden).toBeGreaterThan(3 * few)
  expect(inParts.entering).toEqual([])
  const isProduct = ({ op }: Node): boolean => op === 'MatMul'
  expect(topological([inParts.sum]).filter(isProduct)).toHaveLength(3)
  const feeds = { states: tensor([few, hidden], uniform(3)) }
  const [expected, found] = await Promise.all([
    run({ sum: sumIn(Infinity).sum }, model.folder, feeds),
    run({ sum: inParts.sum }, model.folder, feeds),
  ])
  expect(distance(found['sum']?.data ?? [], expected['sum']?.data ?? [])).toBeLessThan(1e-6)
})

async function run(outputs: Readonly<Record<string, Node>>, folder: string, feeds: Feeds) {
  const session = await open(outputs, 'cpu', folder)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
