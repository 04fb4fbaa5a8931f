// The table of formats: a new one is a new file and a line here.
import { csv, tsv } from './delimited.ts'
import type { Format } from './format.ts'
import { json } from './json.ts'
import { jsonLines } from './json-lines.ts'

export type FormatName = 'csv' | 'tsv' | 'jsonl' | 'json'

/** In the order in which they are asked what a text looks like. */
export const formats: { readonly [F in FormatName]: Format } = { json, jsonl: jsonLines, tsv, csv }
