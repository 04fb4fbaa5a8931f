// The table of formats: a new one is a new file and a line here.
import type { FormatName } from '../../../contract/reading.ts'
import { csv, tsv } from './delimited.ts'
import type { Format } from './format.ts'
import { json, jsonLines } from './json.ts'
import { lines } from './lines.ts'
import { parquet } from './parquet.ts'
import { oldExcel, xlsx } from './xlsx.ts'

/** In the order in which they are tried on a file of unknown format. */
export const formats = {
  xlsx,
  parquet,
  'old-excel': oldExcel,
  json,
  jsonl: jsonLines,
  lines,
  tsv,
  csv,
} as const satisfies Record<FormatName, Format>
