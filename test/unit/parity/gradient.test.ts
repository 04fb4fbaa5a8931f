// A whole step's loss and gradient against PyTorch's autograd, for every family, method and placement.
import { describe, expect, it } from 'vitest'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { apart, examplesOf, trainingStepOf, tensorsOf } from './engine.ts'

describe.each(families)('%s', (family) => {
  const found = reference(family)

  it.each(found.cases.map((each) => [each.method, each.placement, each.loss, each] as const))(
    'has the loss and gradient that PyTorch has: %s, %s, loss over %s',
    async (_method, _placement, _loss, expected) => {
      const model = await tinyModel(family)
      const examples = examplesOf(found, expected)
      // Two rows at a time: the last batch is padded with a row that must not count.
      const trainingStep = trainingStepOf(model, found, expected, examples, 2)
      const tensors = tensorsOf(model, expected.method, found.tokens, expected.start)
      const { loss, gradients } = await trainingStep.gradient(examples, tensors)
      await trainingStep.release()
      expect(Math.abs(loss - expected.value) / expected.value).toBeLessThan(1e-5)
      expect(apart(gradients, expected.gradient)).toBeLessThan(1e-4)
    },
  )
})
