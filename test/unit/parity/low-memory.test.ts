// A step that computes its layers twice gives the gradient of one that keeps them, in every family, method, placement and loss.
import { describe, expect, it } from 'vitest'
import { families, reference, tinyModel } from '../../support/tiny.ts'
import { apart, examplesOf, trainingStepOf, tensorsOf } from './engine.ts'

const cases = families.flatMap((family) => reference(family).cases.map((choice) => ({ family, ...choice })))

describe('a step with little memory', () => {
  it.each(cases)('has the same loss and gradient: $family, $method, $placement, $loss', async (choice) => {
    const model = await tinyModel(choice.family)
    const found = reference(choice.family)
    const examples = examplesOf(found, choice)
    const tensors = tensorsOf(model, choice.method, found.tokens, choice.start)
    const [usual, low] = [
      trainingStepOf(model, found, choice, examples),
      trainingStepOf(model, found, { ...choice, memory: 'low' }, examples),
    ]
    const [expected, ours] = [await usual.gradient(examples, tensors), await low.gradient(examples, tensors)]
    await Promise.all([usual.release(), low.release()])
    expect(Math.abs(ours.loss - expected.loss) / expected.loss).toBeLessThan(1e-6)
    const gradients = Object.fromEntries(Object.entries(expected.gradients).map(([name, slope]) => [name, [...slope]]))
    expect(apart(ours.gradients, gradients)).toBeLessThan(1e-6)
  })
})
