// The gradient of a quantised model against the float32 model's, for every family, method and loss.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PrecisionName, PreparedModel } from '../../../main/contract/model.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { withoutCopies } from '../../../main/engine/model/weights.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { families, type Family, reference, tinyFolder, tinyModel } from '../../support/tiny.ts'
import { examplesOf, trainingStepOf, tensorsOf } from './engine.ts'

const prepared = (family: Family, precision: PrecisionName): Promise<PreparedModel> =>
  prepareModel(tinyFolder(family), temporaryFolder(), { name: family, precision })

async function step(model: PreparedModel, family: Family, at: number) {
  const found = reference(family)
  const choice = found.cases[at]
  if (choice === undefined) throw new Error('no case')
  const examples = examplesOf(found, choice)
  const trainingStep = trainingStepOf(model, found, choice, examples)
  const { loss, gradients } = await trainingStep.gradient(
    examples,
    tensorsOf(model, choice.method, found.tokens, choice.start),
  )
  await trainingStep.release()
  return { loss, gradients: Object.values(gradients).flatMap((slope) => [...slope]) }
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, x, i) => sum + x * (v[i] ?? NaN), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** How far a gradient may turn, and a loss move. */
const bounds = {
  int8: { cosine: 0.99, loss: 0.05 },
  f16: { cosine: 0.999_99, loss: 2e-3 },
} as const

describe.each(['int8', 'f16'] as const)('quantised as %s', (precision) => {
  it.each(families)('%s has the float32 gradient’s direction', async (family) => {
    const [model, whole] = [await prepared(family, precision), await tinyModel(family)]
    for (const at of reference(family).cases.keys()) {
      const [found, expected] = [await step(model, family, at), await step(whole, family, at)]
      expect(cosine(found.gradients, expected.gradients)).toBeGreaterThan(bounds[precision].cosine)
      expect(Math.abs(found.loss - expected.loss)).toBeLessThan(bounds[precision].loss)
    }
  })
})

it.each(families)('one copy of 8-bit weights gives %s the direction that two do', async (family) => {
  const [model, whole] = [await prepared(family, 'int8'), await tinyModel(family)]
  for (const at of reference(family).cases.keys()) {
    const [found, expected] = [await step(withoutCopies(model), family, at), await step(whole, family, at)]
    expect(cosine(found.gradients, expected.gradients)).toBeGreaterThan(bounds.int8.cosine)
  }
  expect(Object.values(withoutCopies(model).quantised ?? {}).some(({ parts }) => 'rows' in parts)).toBe(false)
  expect(withoutCopies(whole)).toBe(whole)
})

describe('a model prepared in a precision', () => {
  it('takes two bytes a number with 16 bits, and with 8 bits for tuning, of which scoring maps half', async () => {
    const [whole, half, int8] = await Promise.all(
      (['float32', 'f16', 'int8'] as const).map((precision) => prepared('llama', precision)),
    )
    const numbers = Object.values(whole?.weights ?? {}).reduce((sum, { bytes }) => sum + bytes / 4, 0)
    for (const model of [half, int8]) {
      const { size } = statSync(join(model?.folder ?? '', 'weights.bin'))
      // Norms stay float32, and parts begin at multiples of 64.
      expect(size / (2 * numbers)).toBeLessThan(1.5)
    }
  })

  it('stays where it lies where it is float32 already', async () => {
    for (const precision of ['float32', 'as-stored'] as const)
      expect((await prepared('qwen3', precision)).folder).toBe(tinyFolder('qwen3'))
  })

  it('is another for each precision', async () => {
    const cache = temporaryFolder()
    const of = (precision: PrecisionName) => prepareModel(tinyFolder('llama'), cache, { name: 'tiny', precision })
    const [f16, int8] = [await of('f16'), await of('int8')]
    expect(f16.folder).not.toBe(int8.folder)
    expect(f16.hash).toBe(int8.hash)
    expect([f16.precision, int8.precision]).toEqual(['f16', 'int8'])
    expect(await of('f16')).toEqual(f16)
  })
})
