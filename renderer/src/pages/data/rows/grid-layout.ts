// How wide the columns of the rows' grid are.

/** Pixels between two columns. */
export const GAP = 12
/** Pixels: the mark of a chosen row, its number, its state; texts and any other column at least. */
const MARK = 24
const NUMBER = 72
const STATE = 96
const TEXT = 240
const OTHER = 110

export interface GridLayout {
  /** CSS grid-template-columns. */
  readonly template: string
  /** Pixels; a table of many columns scrolls sideways, its head with it. */
  readonly width: number
}

export function layoutOf(columns: readonly string[], textColumn: string): GridLayout {
  const cells = columns.map((name) => (name === textColumn ? `minmax(${TEXT}px, 4fr)` : `minmax(${OTHER}px, 1fr)`))
  return {
    template: [`${MARK}px`, `${NUMBER}px`, ...cells, `${STATE}px`].join(' '),
    width: MARK + NUMBER + TEXT + OTHER * (columns.length - 1) + STATE + (columns.length + 4) * GAP,
  }
}
