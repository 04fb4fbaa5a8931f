// What a check of a table is: it sees every row once, then names the ones that tuning would suffer from.
import type { TuneSettings } from '../../../contract/settings.ts'

export interface CheckedRow {
  readonly row: number
  readonly text: string
  /** Without white space around it. */
  readonly label: string
}

/** What a fix does with the found rows: exclude them, or give their label another spelling. */
export type Fix =
  | { readonly kind: 'exclude'; readonly button: string }
  | { readonly kind: 'relabel'; readonly button: string; readonly labels: ReadonlyMap<string, string> }

export interface Finding {
  /** In order. */
  readonly rows: readonly number[]
  readonly title: string
  /** Why it matters and what the fix does. */
  readonly explanation: string
  /** Undefined where only a person can decide. */
  readonly fix: Fix | undefined
}

export interface Scan {
  see(row: CheckedRow): void
  /** Undefined where nothing was found. */
  finish(): Finding | undefined
}

/** Starts a check; it keeps hashes and row numbers, never texts, so that a million rows are no matter. */
export type Check = (limits: Pick<TuneSettings, 'maxTokens' | 'tokens'>) => Scan

/** A text as people tell texts apart: case, width and runs of white space do not count. 53 bits (FNV-1a and a variant). */
export function textKey(text: string): number {
  let low = 0x811c9dc5
  let high = 0x1b873593
  for (const character of text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()) {
    const code = character.codePointAt(0) ?? 0
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x5bd1e995) ^ (high >>> 15)
  }
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0)
}

export const rowsOf = (count: number): string => (count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`)
