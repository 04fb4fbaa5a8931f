// The decoder calls the linear hook at every linear map and uses its result; a missing weight is named.
import { describe, expect, it } from 'vitest'
import type { Node } from '../../../main/engine/graph/node.ts'
import { input } from '../../../main/engine/graph/ops.ts'
import type { LinearHook } from '../../../main/engine/network/block.ts'
import { decoder } from '../../../main/engine/network/decoder.ts'
import { linearWidths } from '../../../main/engine/network/linear-update.ts'
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
  it('calls the linear hook at seven linear maps a layer, and uses its results', async () => {
    const hooked: string[] = []
    const factors: Node[] = []
    const model = await tinyModel(family)
    const { config, outputs } = await built(family, {
      updates: (layer, linear) => {
        hooked.push(`${String(layer)} ${linear}`)
        const factor = input(`factor ${String(layer)} ${linear}`, [linearWidths(model.config, linear).out])
        factors.push(factor)
        return { outputScale: factor }
      },
      mask: input('mask', [2, 5, 1]),
    })
    expect(new Set(hooked).size).toBe(7 * config.layers)
    expect(hooked).toHaveLength(7 * config.layers)
    const used = below(outputs.hidden)
    for (const factor of factors) expect(used.has(factor)).toBe(true)
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
