// What stands at a chart's axis and in the table behind it.
import { expect, it } from 'vitest'
import { placesInTable, type Series, wholeSteps } from '../../../../renderer/src/ui/chart.ts'

const line = (values: Series['values'], more: Partial<Series> = {}): Series => ({
  ...{ name: 'loss', color: '--series-1', values },
  ...more,
})

it.each(['points', 'dots'] as const)('the table has every validation of a long run, shown as %s', (shown) => {
  const steps = Array.from({ length: 1000 }, (_, i) => i)
  const validated = steps.filter((step) => step % 7 === 3)
  const series = [
    line(steps),
    line(
      steps.map((step) => (step % 7 === 3 ? 1 : null)),
      { [shown]: true },
    ),
  ]
  const places = placesInTable(1000, series)
  expect(places).toEqual(expect.arrayContaining(validated))
  expect(places).toEqual(expect.arrayContaining([0, 999]))
  // Of the other line about forty.
  expect(places.length).toBeLessThan(validated.length + 45)
})

it('a line alone has about forty points in it, the last among them', () => {
  const places = placesInTable(1001, [line(Array.from({ length: 1001 }, (_, i) => i))])
  expect(places.length).toBeLessThanOrEqual(41)
  expect(places.at(-1)).toBe(1000)
  expect(placesInTable(3, [line([1, 2, 3])])).toEqual([0, 1, 2])
})

it('ticks stand at whole steps', () => {
  expect(wholeSteps.every(Number.isInteger)).toBe(true)
  expect(wholeSteps.slice(0, 5)).toEqual([1, 2, 5, 10, 20])
})
