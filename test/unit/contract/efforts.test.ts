// How long a run tries: steps by a factor, and an early end by steps, however often rows are checked.
import { describe, expect, it } from 'vitest'
import { effortSettings } from '../../../main/contract/efforts.ts'

describe('an effort', () => {
  const usual = { steps: 150, validateEvery: 10 }

  it('takes its share of the usual steps, at least one', () => {
    expect(effortSettings('quick', usual)).toEqual({ steps: 60, patience: 0 })
    expect(effortSettings('balanced', usual)).toEqual({ steps: 150, patience: 0 })
    expect(effortSettings('quick', { ...usual, steps: 1 }).steps).toBe(1)
  })

  it('is as patient in steps, whether rows are checked often or seldom', () => {
    expect(effortSettings('thorough', usual)).toEqual({ steps: 375, patience: 15 })
    expect(effortSettings('thorough', { ...usual, validateEvery: 25 }).patience).toBe(6)
    expect(effortSettings('thorough', { ...usual, validateEvery: 0 }).patience).toBe(150)
  })
})
