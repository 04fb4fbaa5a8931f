// How wide the columns of the rows' grid are.

/** Pixels between two columns. */
export const GAP = 12
/** Widths in pixels: a selected row's mark, its number, its state; the minimum of texts and of other columns. */
const MARK = 24
const NUMBER = 72
const STATE = 96
const TEXT = 240
const OTHER = 110

export interface GridLayout {
  /** The value of CSS grid-template-columns. */
  readonly template: string
  /** The width in pixels; a table of many columns scrolls sideways together with its head. */
  readonly width: number
}

export function layoutOf(columns: readonly string[], textColumn: string): GridLayout {
  const cells = columns.map((name) => (name === textColumn ? `minmax(${TEXT}px, 4fr)` : `minmax(${OTHER}px, 1fr)`))
  return {
    template: [`${MARK}px`, `${NUMBER}px`, ...cells, `${STATE}px`].join(' '),
    width: MARK + NUMBER + TEXT + OTHER * (columns.length - 1) + STATE + (columns.length + 4) * GAP,
  }
}
