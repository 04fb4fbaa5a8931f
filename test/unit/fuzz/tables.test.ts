// Some hundred cases of each kind of table file that is not text; `prove fuzz` runs many more.
import fc from 'fast-check'
import { afterAll, describe, it } from 'vitest'
import { parquet } from '../../fuzz/parquet.ts'
import { xlsx } from '../../fuzz/xlsx.ts'
import { zip } from '../../fuzz/zip.ts'
import { endParquetReader } from '../../support/parquet-reader.ts'

afterAll(endParquetReader)

describe('whole and damaged files are read within bounds, or refused in a sentence', () => {
  it(xlsx.name, { timeout: 240_000 }, () => fc.assert(fc.asyncProperty(xlsx.cases, xlsx.check), { numRuns: 400 }))
  it(zip.name, { timeout: 240_000 }, () => fc.assert(fc.asyncProperty(zip.cases, zip.check), { numRuns: 400 }))
  it(parquet.name, { timeout: 240_000 }, () =>
    fc.assert(fc.asyncProperty(parquet.cases, parquet.check), { numRuns: 400 }),
  )
})
