// What a model takes, estimated from its shape: exact in parameters, near in memory.
import { expect, it } from 'vitest'
import type { DecoderConfig } from '../../../main/contract/model.ts'
import { elements } from '../../../main/contract/tensor.ts'
import { parameterCount } from '../../../main/engine/model/sizes.ts'
import { tuningMemory } from '../../../main/engine/train/estimate.ts'
import { smallConfig } from '../../support/small-config.ts'
import { families, tinyModel } from '../../support/tiny.ts'

it('counts every number of a model, whatever its family', async () => {
  for (const family of families) {
    const { config, weights } = await tinyModel(family)
    const stored = Object.values(weights).reduce((sum, { shape }) => sum + elements(shape), 0)
    expect(parameterCount(config), family).toBe(stored)
  }
})

/** SmolLM2-135M's shape. */
const smol: DecoderConfig = {
  ...smallConfig,
  layers: 30,
  hidden: 576,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  intermediate: 1536,
  vocab: 49_152,
}

it('estimates the memory of tuning: weights as float32, the KV precompute of texts, a step, and the process', () => {
  expect(parameterCount(smol)).toBe(134_515_008)
  const memory = tuningMemory(smol, 16e9)
  // A thousand texts of 32 tokens, each with keys and values of 3 heads of 64 numbers in 30 layers.
  const texts = 1000 * 32 * 2 * 3 * 64 * 30 * 4
  const [weights, step, process] = [4 * 134_515_008, 112e6, 250e6]
  expect(memory / (weights + texts + step + process)).toBeCloseTo(1, 2)
  // On a small computer only a quarter of its memory holds texts.
  expect(memory - tuningMemory(smol, 2e9)).toBe(texts - 2e9 / 4)
})
