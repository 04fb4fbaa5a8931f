// A table as CSV (RFC 4180), in UTF-8 with the mark by which Excel knows it.
import { csvOf } from '../../../contract/csv.ts'
import type { Writer } from './writer.ts'

const encoder = new TextEncoder()

export const writeCsv: Writer = async function* (columns, rows) {
  yield encoder.encode(`\ufeff${csvOf([columns])}`)
  for await (const some of rows) yield encoder.encode(csvOf(some))
}
