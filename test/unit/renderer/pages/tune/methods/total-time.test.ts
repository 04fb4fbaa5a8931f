// The time of a whole comparison: every run of every method, less what is stopped early.
import { expect, it } from 'vitest'
import { totalOf } from '../../../../../../renderer/src/pages/tune/methods/total-time.ts'

const estimate = (low: number, high: number) => ({ seconds: [low, high] as const, fits: true })
const four = [estimate(10, 20), estimate(20, 30), estimate(30, 40), estimate(40, 50)]

it('adds up all runs', () => {
  expect(totalOf(four, { runs: 4, rungs: [1], survivors: [4] })).toEqual([100, 140])
  expect(totalOf(four, { runs: 12, rungs: [1], survivors: [4] })).toEqual([300, 420])
})

it('counts only the rungs that are run: all to a quarter, half to the middle, the best to the end', () => {
  const halved = { runs: 4, rungs: [0.25, 0.5, 1], survivors: [4, 2, 1] }
  // A quarter of all, an eighth of all, an eighth of all.
  expect(totalOf(four, halved)).toEqual([50, 70])
})

it('is not known while that of one method is not', () => {
  expect(totalOf([...four, undefined], { runs: 5, rungs: [1], survivors: [5] })).toBeUndefined()
  expect(totalOf([], { runs: 0, rungs: [1], survivors: [] })).toBeUndefined()
})
