// What each method trains, how it starts, and what it comes down to.
import { describe, expect, it } from 'vitest'
import { methodOf } from '../../../main/engine/method/index.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { tinyModel } from '../../support/tiny.ts'

const settings = { tokens: 3 }

async function start(method: 'prompt-tuning' | 'prefix-tuning', init: 'text' | 'random') {
  const { config } = await tinyModel('qwen3')
  const width = config.kvHeads * config.headDim
  const values = (count: number, gain: number) => Float32Array.from({ length: count }, (_, i) => gain * Math.sin(i + 1))
  const probe = {
    config,
    embeddings: (ids: readonly number[]) => Promise.resolve(values(ids.length * config.hidden, 0.1)),
    keysValues: (ids: readonly number[]) =>
      Promise.resolve(
        Array.from({ length: config.layers }, (_, layer) => ({
          keys: values(ids.length * width, 10 * (layer + 1)),
          values: values(ids.length * width, 0.01),
        })),
      ),
    weight: () => Promise.resolve(values(1, 1)),
  }
  return methodOf({ method }).initialise(probe, settings, { ids: [4, 5, 6], init, random: createRandom(1) })
}

const rms = (data: Float32Array): number => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)

describe.each(['prompt-tuning', 'prefix-tuning'] as const)('%s tuning', (name) => {
  it('names every tensor with its shape, the virtual tokens first', async () => {
    const { config } = await tinyModel('qwen3')
    const tensors = await start(name, 'text')
    const specs = methodOf({ method: name }).tensors(config, settings)
    expect(Object.keys(tensors).sort()).toEqual(specs.map((spec) => spec.name).sort())
    for (const spec of specs) {
      expect(tensors[spec.name]?.shape).toEqual(spec.shape)
      expect(tensors[spec.name]?.data).toHaveLength(spec.shape.reduce((product, dim) => product * dim, 1))
      if (spec.trainable) expect(spec.shape[0]).toBe(3)
    }
  })

  it('is random at the scale of what it would have started from', async () => {
    const [text, random] = [
      methodOf({ method: name }).fold(await start(name, 'text'), settings),
      methodOf({ method: name }).fold(await start(name, 'random'), settings),
    ]
    const parts = ({ embeddings, past = [] }: typeof text) =>
      embeddings ? [embeddings] : past.flatMap(({ keys, values }) => [keys, values])
    const pairs = parts(text).map(
      ({ data }, i) => [rms(data), rms(parts(random)[i]?.data ?? new Float32Array())] as const,
    )
    for (const [real, drawn] of pairs) {
      expect(drawn).not.toBe(real)
      expect(drawn / real).toBeGreaterThan(0.5)
      expect(drawn / real).toBeLessThan(2)
    }
  })
})

describe('a prefix', () => {
  it('starts as the text’s own keys and values, and moves in units of each layer’s scale', async () => {
    const tensors = await start('prefix-tuning', 'text')
    const before = methodOf({ method: 'prefix-tuning' }).fold(tensors, settings)
    const delta = tensors['keys.1']
    const scale = tensors['keys.1.scale']?.data[0] ?? 0
    if (!before.past || delta === undefined) throw new Error('no prefix')
    expect(scale).toBeCloseTo(rms(before.past[1]?.keys.data ?? new Float32Array()), 3)
    const moved = { ...tensors, 'keys.1': { ...delta, data: delta.data.map((_, i) => (i === 0 ? 0.5 : 0)) } }
    const after = methodOf({ method: 'prefix-tuning' }).fold(moved, settings)
    if (!after.past) throw new Error('no prefix')
    expect((after.past[1]?.keys.data[0] ?? 0) - (before.past[1]?.keys.data[0] ?? 0)).toBeCloseTo(0.5 * scale, 4)
    expect(after.past[0]?.keys).toEqual(before.past[0]?.keys)
  })
})
