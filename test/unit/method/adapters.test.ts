// Adapters of every kind: what they train, how they start, and that they train, resume and answer alike everywhere.
import { describe, expect, it } from 'vitest'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { linearNames } from '../../../main/contract/parts.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'
import { labels, losses, run } from './small-run.ts'

const tails = ['tail-lora', 'tail-ia3', 'tail-bias', 'prefix-tail-lora'] as const
const wholes = ['lora', 'ia3', 'bitfit'] as const

/** A rate at which each moves the tiny models within a few steps. */
const rate = (method: string): number => (method.endsWith('lora') ? 2e-2 : 5e-2)

const start = async (family: Family, own: GivenSettings) => {
  const { config } = await tinyModel(family)
  const settings = defaultSettings(own, labels)
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1))
  const probe = {
    config,
    embeddings: (ids: readonly number[]) => Promise.resolve(values(ids.length * config.hidden)),
    keysValues: (ids: readonly number[]) =>
      Promise.resolve(
        Array.from({ length: config.layers }, () => ({
          keys: values(ids.length * config.kvHeads * config.headDim),
          values: values(ids.length * config.kvHeads * config.headDim),
        })),
      ),
    weight: () => Promise.resolve(values(1)),
  }
  const ids = Array.from({ length: settings.tokens }, (_, i) => i)
  const random = createRandom(settings.seed)
  const method = methodOf(settings)
  return {
    config,
    settings,
    specs: method.tensors(config, settings),
    tensors: await method.initialise(probe, settings, { ids, init: 'text', random }),
  }
}

describe.each([...tails, ...wholes])('%s', (method) => {
  it('starts with every tensor that it declares, in its shape', async () => {
    const { specs, tensors } = await start('qwen3', { method })
    expect(Object.keys(tensors).sort()).toEqual(specs.map(({ name }) => name).sort())
    for (const { name, shape } of specs) expect(tensors[name]?.shape).toEqual(shape)
  })

  it('updates the chosen linear maps of every layer, and no others', async () => {
    const linears = 'q_proj,down_proj'
    const { config, settings, tensors } = await start('qwen3', { method, linears } as GivenSettings)
    const { updates = [] } = methodOf(settings).fold(tensors, settings)
    expect(updates.map(({ layer, linear }) => [layer, linear])).toEqual(
      Array.from({ length: config.layers }, (_, layer) => [
        [layer, 'q_proj'],
        [layer, 'down_proj'],
      ]).flat(),
    )
  })

  it.each<Family>(['llama', 'gemma3'])(
    'trains on %s: the forward graph has the loss that the next step has',
    async (family) => {
      const found = await run(family, { method, learningRate: rate(method) })
      expect(found.outcome).toBe('finished')
      found.steps.forEach(({ loss, gradientNorm }, i) => {
        expect(Math.abs((found.validations[i]?.loss ?? NaN) - loss)).toBeLessThan(1e-4)
        expect(gradientNorm).toBeGreaterThan(0)
      })
      const [first = NaN, last = NaN] = [losses(found)[0], losses(found).at(-1)]
      expect(first - last).toBeGreaterThan(0.01)
    },
  )

  it('resumes to the same curve', async () => {
    const own = { method, learningRate: rate(method) }
    const whole = await run('qwen2', own)
    const part = await run('qwen2', own, { until: 5 })
    const rest = await run('qwen2', own, part.last ? { resume: part.last } : {})
    expect([...losses(part), ...losses(rest)]).toEqual(losses(whole))
  })
})

describe.each(tails)('%s', (method) => {
  it.each([1, 3])('trains over precomputed texts as over texts read in every step, with a tail of %i', async (tail) => {
    const own = { method, tail, learningRate: rate(method) }
    const cached = await run('qwen3', own, { precomputes: true })
    const anew = await run('qwen3', own, { precomputes: false })
    losses(cached).forEach((loss, i) => {
      expect(Math.abs(loss - (losses(anew)[i] ?? NaN))).toBeLessThan(1e-4)
    })
  })
})

describe('LoRA', () => {
  it('begins as PEFT does: A within 1 / sqrt(in), B zero', async () => {
    const { config, tensors } = await start('llama', { method: 'lora' })
    const a = tensors['1.down_proj.lora_A']
    const bound = 1 / Math.sqrt(config.intermediate)
    expect(Math.max(...(a?.data ?? [NaN]).map(Math.abs))).toBeLessThanOrEqual(bound)
    expect(Math.max(...(a?.data ?? [NaN]).map(Math.abs))).toBeGreaterThan(bound / 2)
    expect(tensors['1.down_proj.lora_B']?.data.every((value) => value === 0)).toBe(true)
  })

  it('scales the product by alpha / rank', async () => {
    const { settings, tensors } = await start('llama', { method: 'lora', rank: 4, alpha: 32 } as GivenSettings)
    const { updates = [] } = methodOf(settings).fold(tensors, settings)
    expect(updates[0]?.lowRank?.a.shape[0]).toBe(4)
    expect(updates.map(({ lowRank }) => lowRank?.scale)).toEqual(updates.map(() => 8))
  })
})

it('every adapter leaves the model as it was until it is trained', async () => {
  const losses = await Promise.all(
    wholes.map(async (method) => (await run('llama', { method }, { until: 1 })).validations[0]?.loss ?? NaN),
  )
  for (const loss of losses) expect(Math.abs(loss - (losses[0] ?? NaN))).toBeLessThan(1e-5)
})

it('IA3 multiplies the inputs of the last feed-forward map, and the outputs of all others', async () => {
  const linears = linearNames.join(',')
  const { settings, tensors } = await start('llama', { method: 'ia3', linears } as GivenSettings)
  const { updates = [] } = methodOf(settings).fold(tensors, settings)
  for (const { linear, inputScale, outputScale } of updates)
    expect([inputScale !== undefined, outputScale !== undefined]).toEqual(
      linear === 'down_proj' ? [true, false] : [false, true],
    )
})
