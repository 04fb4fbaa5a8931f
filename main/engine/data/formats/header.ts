// Which of a table's first rows holds the columns' names: titles and remarks may stand above it.

/** Share of the usual number of filled cells that the names' row must have. */
const minShare = 0.6
/** Rows that the rule looks at. */
export const headerSample = 30

/**
 * Index of the names' row among the first rows, by how many cells each of them fills: the first one that fills about
 * as many as most do. A title fills one where the table's rows fill several.
 */
export function headerAt(filled: readonly number[]): number {
  const counts = Map.groupBy(filled.slice(0, headerSample), (count) => count)
  const usual = [...counts].sort(([a, as], [b, bs]) => bs.length - as.length || b - a)[0]?.[0] ?? 1
  return Math.max(
    0,
    filled.findIndex((count) => count >= usual * minShare),
  )
}
