// How wide the columns of the rows' grid are.

/** Pixels between two columns. */
export const GAP = 12
/** Widths in pixels: a selected row's mark, its number, its state; the minimum of texts, and the bounds of other columns. */
const MARK = 24
const NUMBER = 72
const STATE = 84
const TEXT = 320
const OTHER = { least: 56, most: 160 }
/** Pixels of a character, and of what stands beside the text in a cell. */
const CHARACTER = 7.5
const PADDING = 10

export interface GridLayout {
  /** The value of CSS grid-template-columns. */
  readonly template: string
  /** The width in pixels; a table of many columns scrolls sideways together with its head. */
  readonly width: number
}

/** A column as wide as its longest cell among `rows`, within bounds. */
function widthOf(name: string, at: number, rows: readonly (readonly string[])[]): number {
  const longest = rows.reduce((most, cells) => Math.max(most, cells[at]?.length ?? 0), name.length + 1)
  return Math.round(Math.min(OTHER.most, Math.max(OTHER.least, longest * CHARACTER + PADDING)))
}

/** The column of texts takes what the others, as wide as their cells in `rows`, leave. */
export function layoutOf(
  columns: readonly string[],
  textColumn: string,
  rows: readonly (readonly string[])[],
): GridLayout {
  const widths = columns.map((name, at) => (name === textColumn ? TEXT : widthOf(name, at, rows)))
  const cells = columns.map((name, at) => (name === textColumn ? `minmax(${TEXT}px, 1fr)` : `${widths[at] ?? TEXT}px`))
  return {
    template: [`${MARK}px`, `${NUMBER}px`, ...cells, `${STATE}px`].join(' '),
    width: MARK + NUMBER + widths.reduce((sum, width) => sum + width, 0) + STATE + (columns.length + 4) * GAP,
  }
}
