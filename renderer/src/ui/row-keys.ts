// Keys that mean the same in every grid of rows.

/** How many rows a key moves by, `page` being the rows that fit; undefined where it does not move. */
export const rowsMoved = (key: string, page: number): number | undefined => {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -Infinity,
    End: Infinity,
  }
  return moves[key]
}

/** The label of keys 1 to 9, in the labels' order. */
export const labelOfKey = (key: string, labels: readonly string[]): string | undefined =>
  /^[1-9]$/.test(key) ? labels[Number(key) - 1] : undefined
