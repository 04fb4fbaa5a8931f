// The table of formats: a new one is a new file and a line here.
import type { OpenedTable, TextSource } from '../table.ts'
import { csv, tsv } from './delimited.ts'
import { json } from './json.ts'
import { jsonLines } from './json-lines.ts'

export type FormatName = 'csv' | 'tsv' | 'jsonl' | 'json'

export interface Format {
  /** File endings, lower case, with the dot. */
  readonly endings: readonly string[]
  /** Whether a text of unknown ending is likely to be of this format. */
  looksLike(sample: string): boolean
  open(source: TextSource): Promise<OpenedTable>
}

/** In the order in which they are asked what a text looks like. */
export const formats: { readonly [F in FormatName]: Format } = { json, jsonl: jsonLines, tsv, csv }
