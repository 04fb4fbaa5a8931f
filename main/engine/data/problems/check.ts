// What a check of a table is: it sees every row once, then names the ones that tuning would suffer from.
import type { TuneSettings } from '../../../contract/settings.ts'

export interface CheckedRow {
  readonly row: number
  readonly text: string
  /** Without white space around it. */
  readonly label: string
  /** The number of its text among the different ones; the same for texts that people cannot tell apart. */
  readonly textNumber: number
  /** The number of its label among the different ones. */
  readonly labelNumber: number
}

/** What a fix does with the found rows: exclude them, give their label another spelling, or write their text anew. */
export type Fix =
  | { readonly kind: 'exclude'; readonly button: string }
  | {
      readonly kind: 'relabel'
      readonly button: string
      readonly labels: ReadonlyMap<string, string>
      /** What the list of edits says, before "in 3 rows". */
      readonly done: string
    }
  | {
      readonly kind: 'rewrite'
      readonly button: string
      readonly rewrite: (text: string) => string
      readonly done: string
    }

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

/** Starts a check. It stores numbers, never texts, so that a million rows fit into memory. */
export type Check = (limits: Pick<TuneSettings, 'maxTokens' | 'tokens'>) => Scan

/** Rows by their label, those without one left out. */
export interface RowsByLabel {
  readonly rows: ReadonlyMap<string, readonly number[]>
  see(row: Pick<CheckedRow, 'row' | 'label'>): void
}

export function rowsByLabel(): RowsByLabel {
  const rows = new Map<string, number[]>()
  return {
    rows,
    see({ row, label }) {
      if (label === '') return
      const known = rows.get(label)
      if (known) known.push(row)
      else rows.set(label, [row])
    },
  }
}

/** In ascending order; typed, so that millions of numbers sort fast. */
export const inOrder = (rows: readonly number[]): number[] => Array.from(Float64Array.from(rows).sort())
