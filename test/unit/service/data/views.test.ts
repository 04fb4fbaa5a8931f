// Views are kept while they are in use, and an old one says that it is gone.
import { describe, expect, it } from 'vitest'
import { createViews, type View } from '../../../../main/service/data/views.ts'

const viewOf = (dataset: number): View => ({ dataset, version: undefined, rows: Uint32Array.of(dataset) })

/** Adds so many views of other data sets. */
const crowd = (views: ReturnType<typeof createViews>, count: number): number[] =>
  Array.from({ length: count }, (_, i) => views.add(viewOf(100 + i)))

describe('a view', () => {
  it('is found by its own number, among others', () => {
    const views = createViews()
    const [first, second] = [views.add(viewOf(1)), views.add(viewOf(2))]
    expect(first).not.toBe(second)
    expect(views.get(first)).toEqual(viewOf(1))
    expect(views.get(second)).toEqual(viewOf(2))
  })

  it('that nobody looks at is gone after many newer ones, and says so', () => {
    const views = createViews()
    const old = views.add(viewOf(1))
    const newer = crowd(views, 40)
    expect(() => views.get(old)).toThrow(expect.objectContaining({ code: 'data/view-gone' }))
    expect(views.get(newer.at(-1) ?? 0).dataset).toBe(139)
  })

  it('that is looked at stays, however many come', () => {
    const views = createViews()
    const watched = views.add(viewOf(1))
    for (let round = 0; round < 10; round++) {
      crowd(views, 5)
      expect(views.get(watched).dataset).toBe(1)
    }
  })

  it('of no such number is gone as well', () => {
    expect(() => createViews().get(7)).toThrow(expect.objectContaining({ code: 'data/view-gone' }))
  })

  it('never takes the number of one that is gone', () => {
    const views = createViews()
    const numbers = crowd(views, 100)
    expect(new Set(numbers).size).toBe(100)
  })
})
