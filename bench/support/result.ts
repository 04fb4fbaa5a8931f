// What a bench found: figures, a table for people, and each target with whether it is met.

export interface Target {
  readonly what: string
  readonly wanted: string
  readonly got: string
  readonly met: boolean
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Findings {
  readonly title: string
  /** How it was measured, in sentences. */
  readonly method: string
  readonly table: Table
  readonly targets: readonly Target[]
  /** Why this run's figures do not count against the targets, though it finished. */
  readonly doubts: readonly string[]
  /** Everything measured, for machines. */
  readonly figures: unknown
}

export interface BenchOptions {
  /** Only that it works: few steps, few rounds. Its figures say nothing. */
  readonly quick: boolean
  readonly say: (line: string) => void
  /** Minutes without any work, where a bench has some. */
  readonly idleMinutes?: number | undefined
}

export type Bench = (options: BenchOptions) => Promise<Findings>

/** A target on a number, at most or at least as large. */
export function target(what: string, got: number, sign: '<=' | '>=', limit: number, unit = '', digits = 3): Target {
  const shown = (value: number): string => `${Number(value.toPrecision(digits))}${unit}`
  const met = sign === '<=' ? got <= limit : got >= limit
  return { what, wanted: `${sign} ${shown(limit)}`, got: shown(got), met }
}
