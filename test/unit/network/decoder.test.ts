// The decoder asks a method at every linear map and goes on with its answer; what it has no weight for, it names.
import { describe, expect, it } from 'vitest'
import type { Node } from '../../../main/engine/graph/node.ts'
import { input, mul, scalar } from '../../../main/engine/graph/ops.ts'
import type { LinearHook } from '../../../main/engine/network/block.ts'
import { decoder } from '../../../main/engine/network/decoder.ts'
import { weightsOf } from '../../../main/engine/network/weights.ts'
import { families, type Family, tinyModel } from '../../support/tiny.ts'

async function built(family: Family, linearHook?: LinearHook) {
  const model = await tinyModel(family)
  const { config } = model
  const bias = (name: string) => input(name, [2, 1, 5, 5])
  const outputs = decoder(config, weightsOf(model), {
    embeddings: input('embeddings', [2, 5, config.hidden]),
    positions: input('positions', [2, 5]),
    bias: bias('bias'),
    windowedBias: config.windowedLayers.some(Boolean) ? bias('windowedBias') : undefined,
    past: undefined,
    ...(linearHook ? { linearHook } : {}),
  })
  return { config, outputs }
}

/** Every node that a result stands on. */
function below(node: Node, seen = new Set<Node>()): Set<Node> {
  if (!seen.has(node)) {
    seen.add(node)
    for (const each of node.inputs) below(each, seen)
  }
  return seen
}

describe.each(families)('the decoder of %s', (family) => {
  it('asks the method at seven linear maps a layer, and goes on with its answers', async () => {
    const asked: string[] = []
    const answers: Node[] = []
    const { config, outputs } = await built(family, (layer, name, x, y) => {
      expect(x.shape.slice(0, 2)).toEqual([2, 5])
      expect(y.shape.slice(0, 2)).toEqual([2, 5])
      asked.push(`${String(layer)} ${name}`)
      const answer = mul(y, scalar(2))
      answers.push(answer)
      return answer
    })
    expect(new Set(asked).size).toBe(7 * config.layers)
    expect(asked).toHaveLength(7 * config.layers)
    const used = below(outputs.hidden)
    for (const answer of answers) expect(used.has(answer)).toBe(true)
  })

  it('gives hidden states, and the keys and values of every layer, in its shapes', async () => {
    const { config, outputs } = await built(family)
    expect(outputs.hidden.shape).toEqual([2, 5, config.hidden])
    const shape = [2, config.kvHeads, 5, config.headDim]
    expect(outputs.present.map(({ keys, values }) => [keys.shape, values.shape])).toEqual(
      Array(config.layers).fill([shape, shape]),
    )
  })
})

describe('weights', () => {
  it('are one node a name, and named where the model lacks one', async () => {
    const weights = weightsOf(await tinyModel('llama'))
    expect(weights('model.norm.weight')).toBe(weights('model.norm.weight'))
    expect(() => weights('model.layers.99.mlp.up_proj.weight')).toThrow('model.layers.99.mlp.up_proj.weight')
  })
})
