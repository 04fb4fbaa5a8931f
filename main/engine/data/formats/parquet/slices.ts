// Cuts a group of rows into slices that fit into memory once they are unpacked.
import { type ColumnPages, type Page, TooLarge } from './pages.ts'

export interface Slice {
  /** Rows from the group's first. */
  readonly from: number
  readonly to: number
}

/** Bytes of unpacked pages that a slice may take. */
const usualBytes = 64 << 20
/** Bytes of the pages of all columns that have the same rows, at most. */
const maxBytes = 768 << 20
const maxRows = 100_000
const maxCells = 1_000_000

/**
 * Slices end where pages end, so that few pages are unpacked twice. Error: TooLarge where even the rows up to the next
 * end of a page take too much.
 */
export function* slicesOf(columns: readonly ColumnPages[], rows: number): Generator<Slice> {
  const most = Math.max(1, Math.min(maxRows, Math.floor(maxCells / Math.max(1, columns.length))))
  const starts = columns.map(({ pages }): Start => ({ pages, at: 0 }))
  const dictionaries = columns.reduce((sum, { dictionary }) => sum + dictionary, 0)
  for (let from = 0; from < rows;) {
    for (const start of starts) while ((start.pages[start.at]?.to ?? rows) <= from) start.at++
    const to = endOf(starts, from, Math.min(rows, from + most), dictionaries)
    yield { from, to }
    from = to
  }
}

/** A column's pages, and the first of them that has rows of the slice. */
interface Start {
  readonly pages: readonly Page[]
  at: number
}

/**
 * The farthest end of a page up to which the rows take no more than is usual; where the first pages alone take more,
 * the pages that come with them count alone, lest a large one is unpacked for every few rows.
 */
function endOf(starts: readonly Start[], from: number, limit: number, dictionaries: number): number {
  const next = starts.map(({ at }) => at)
  let bytes = dictionaries
  let allowed: number | undefined
  for (let to = from; to < limit;) {
    // Takes in the pages that begin where the rows so far end.
    for (const [i, { pages }] of starts.entries())
      for (let page = pages[next[i] ?? 0]; page && page.from <= to; page = pages[next[i] ?? 0]) {
        bytes += page.size
        next[i] = (next[i] ?? 0) + 1
      }
    if (bytes > maxBytes && allowed === undefined) throw new TooLarge()
    allowed ??= Math.min(maxBytes, bytes + usualBytes)
    if (bytes > allowed) return to
    to = starts.reduce((end, { pages }, i) => {
      const last = pages[(next[i] ?? 0) - 1]?.to ?? limit
      return last > to ? Math.min(end, last) : end
    }, limit)
  }
  return limit
}
