// Merged cells: the value of the first one stands for all of its range.

/** A range of cells; rows from 1, columns from 0, both ends included. */
export interface Range {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Ranges of a sheet at most; what has more is damaged. */
export const maxMerges = 100_000

/**
 * Fills the rows of a sheet of so many columns, given one after the other. A range that overlaps another is left out:
 * no program makes one.
 */
export function fillMerged(ranges: readonly Range[], width: number): (row: number, cells: string[]) => void {
  const waiting = ranges
    .map((range) => ({ ...range, right: Math.min(range.right, width - 1) }))
    .sort((a, b) => b.top - a.top)
  const covered: ({ readonly range: Range; readonly value: string } | undefined)[] = []
  let active: Range[] = []
  const end = (row: number): void => {
    for (const { bottom, left, right } of active)
      if (bottom < row) for (let column = left; column <= right; column++) covered[column] = undefined
    active = active.filter(({ bottom }) => bottom >= row)
  }
  const begin = (range: Range, row: number, cells: readonly string[]): void => {
    const { left, right } = range
    for (let column = left; column <= right; column++) if (covered[column]) return
    const value = range.top === row ? (cells[left] ?? '') : ''
    for (let column = left; column <= right; column++) covered[column] = { range, value }
    active.push(range)
  }
  return (row, cells) => {
    end(row)
    for (let next = waiting.at(-1); next && next.top <= row; next = waiting.at(-1)) {
      waiting.pop()
      if (next.bottom >= row) begin(next, row, cells)
    }
    for (const { left, right } of active)
      for (let column = left; column <= right; column++) {
        if (cells[column] === '') cells[column] = covered[column]?.value ?? ''
      }
  }
}
