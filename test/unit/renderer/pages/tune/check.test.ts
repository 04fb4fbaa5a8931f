// What a run's validations say: rows that are right now, at the start, and with the prompt that is kept.
import { expect, it } from 'vitest'
import type { ValidationRecord } from '../../../../../main/contract/records.ts'
import { checksOf } from '../../../../../renderer/src/pages/tune/check.ts'

const at = (step: number, accuracy: number, best: boolean): ValidationRecord => ({
  ...{ step, loss: 1, headline: 'accuracy', metrics: { accuracy }, best, rows: [] },
})

it('are of the step that is kept, not of another', () => {
  const validations = [at(0, 11 / 46, true), at(90, 30 / 46, true), at(140, 34 / 46, false)]
  const untuned = { headline: 'accuracy', metrics: { accuracy: 9 / 46 } } as const
  expect(checksOf(validations, 46, untuned)).toEqual({
    rows: 46,
    first: { step: 0, right: 11 },
    last: { step: 140, right: 34 },
    kept: { step: 90, right: 30 },
    alone: 9,
  })
})

it('say nothing before the first validation, or without rows', () => {
  expect(checksOf([], 46, undefined)).toBeUndefined()
  expect(checksOf([at(0, 0, true)], 0, undefined)).toBeUndefined()
})
