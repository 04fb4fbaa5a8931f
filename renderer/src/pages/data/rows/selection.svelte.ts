// The selected rows: ranges of indices in the view, and the index that has the keyboard focus.

export interface Range {
  readonly from: number
  readonly to: number
}

/** Sorts and merges ranges, so that none overlaps or adjoins another. */
function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = []
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last && from <= last.to + 1) result[result.length - 1] = { from: last.from, to: Math.max(last.to, to) }
    else result.push({ from, to })
  }
  return result
}

const cut = (ranges: readonly Range[], at: number): Range[] =>
  ranges.flatMap(({ from, to }) =>
    at < from || at > to
      ? [{ from, to }]
      : [...(at > from ? [{ from, to: at - 1 }] : []), ...(at < to ? [{ from: at + 1, to }] : [])],
  )

export function createSelection() {
  let ranges = $state.raw<readonly Range[]>([])
  let focus = $state(0)
  /** The index from which a range is extended. */
  let anchor = 0

  return {
    get ranges(): readonly Range[] {
      return ranges
    },
    get focus(): number {
      return focus
    },
    get count(): number {
      return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    },
    has: (at: number): boolean => ranges.some(({ from, to }) => at >= from && at <= to),
    only(at: number): void {
      ranges = [{ from: at, to: at }]
      focus = anchor = at
    },
    toggle(at: number): void {
      ranges = ranges.some(({ from, to }) => at >= from && at <= to)
        ? cut(ranges, at)
        : merged([...ranges, { from: at, to: at }])
      focus = anchor = at
    },
    extend(at: number): void {
      ranges = merged([{ from: Math.min(anchor, at), to: Math.max(anchor, at) }])
      focus = at
    },
    move(at: number): void {
      focus = anchor = at
    },
    all(total: number): void {
      ranges = total > 0 ? [{ from: 0, to: total - 1 }] : []
    },
    clear(): void {
      ranges = []
    },
  }
}

export type Selection = ReturnType<typeof createSelection>
