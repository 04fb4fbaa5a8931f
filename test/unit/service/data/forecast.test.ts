// What an import will take: rows and bytes, by its first rows and by what the file says.
import { describe, expect, it } from 'vitest'
import { forecastOf, refuseForecast, refuseRows } from '../../../../main/service/data/forecast.ts'

const rows = Array.from({ length: 100 }, (_, i) => ({ row: i + 1, cells: ['a text of twenty-six bytes', 'x'] }))
const chunk = { rows, skipped: [], bytes: 3000 }

describe('a forecast', () => {
  it('goes by the share of the file that the first rows take', () => {
    const { rows: expected, bytes } = forecastOf(chunk, 3_000_000, undefined)
    expect(expected).toBe(100_000)
    expect(bytes / 100_000).toBeGreaterThan(100)
    expect(bytes / 100_000).toBeLessThan(150)
  })

  it('goes by what the file says where it says it: a small file may hold a large table', () => {
    expect(forecastOf(chunk, 3000, { rows: 20_000_000 })).toMatchObject({ rows: 20_000_000 })
    expect(forecastOf(chunk, 3000, { rows: 200, characters: 8e11 }).bytes).toBeGreaterThan(8e11)
  })

  it('counts letters by the bytes that they take', () => {
    const wide = { ...chunk, rows: rows.map(({ row }) => ({ row, cells: ['文'.repeat(1000), 'x'] })) }
    expect(forecastOf(wide, 3000, undefined).bytes).toBeGreaterThan(300_000)
  })
})

describe('an import is refused before it begins', () => {
  it('where the disk has not the room', () => {
    const forecast = { rows: 1000, bytes: 3.2e9 }
    expect(() => refuseForecast('big.csv', forecast, '/', 1.1e9)).toThrow(
      "big.csv takes about 3.2 GB in the studio's folder, and only 1.1 GB are free on its disk.",
    )
    expect(() => refuseForecast('big.csv', forecast, '/', 4e9)).not.toThrow()
  })

  it('where it has more rows than a data set may have', () => {
    expect(() => refuseRows('big.parquet', 20_000_000)).toThrow('20,000,000 rows')
    expect(() => refuseForecast('big.csv', { rows: 20_000_000, bytes: 1 }, '/', 1e12)).toThrow('rows or more')
    // The first rows of a file may be shorter than the others.
    expect(() => refuseForecast('big.csv', { rows: 12_000_000, bytes: 1 }, '/', 1e12)).not.toThrow()
  })
})
