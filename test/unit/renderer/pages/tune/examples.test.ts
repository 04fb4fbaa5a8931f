// Which validation rows show best what a run learns.
import { expect, it } from 'vitest'
import type { ValidatedRow, ValidationRecord } from '../../../../../main/contract/records.ts'
import { changingExamples } from '../../../../../renderer/src/pages/tune/examples.ts'

const row = (number: number, predicted: string, label = 'billing'): ValidatedRow => ({
  ...{ row: number, text: `text ${String(number)}`, label, predicted, probability: 0.5, worst: false },
})
const validation = (step: number, rows: readonly ValidatedRow[]): ValidationRecord => ({
  ...{ step, loss: 1, headline: 'accuracy', metrics: { accuracy: 0.5 }, best: true, rows },
})

it('shows three at most: those that became right, then others that changed, then the rest', () => {
  const validations = [
    validation(0, [row(1, 'billing'), row(2, 'sales'), row(3, 'sales'), row(4, 'billing')]),
    validation(10, [row(1, 'billing'), row(2, 'billing'), row(3, 'praise'), row(4, 'billing')]),
  ]
  expect(changingExamples(validations).map(({ row: number, before, now }) => [number, before, now])).toEqual([
    [2, 'sales', 'billing'],
    [3, 'sales', 'praise'],
    [1, 'billing', 'billing'],
  ])
  expect(changingExamples([])).toEqual([])
})
