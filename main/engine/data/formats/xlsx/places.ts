// Places in a sheet by the names that workbooks give them.
import type { Range } from './merges.ts'

/** 'C7' → 2; -1 where it is no place. */
export function columnOf(place: string): number {
  const [, name] = /^\$?([A-Z]{1,3})\$?\d*$/.exec(place) ?? []
  if (name === undefined) return -1
  let column = 0
  for (const letter of name) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

/** 2 → 'C'. */
export function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26))
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last
}

/** 'A2:B5' → rows 2 to 5 of columns 0 and 1; undefined where it is no range of several cells. */
export function rangeOf(places: string): Range | undefined {
  const [first = '', last = ''] = places.split(':')
  const [left, right] = [columnOf(first), columnOf(last)]
  const [top, bottom] = [first, last].map((place) => Number(/\d+$/.exec(place)?.[0] ?? Number.NaN)) as [number, number]
  return left >= 0 && right >= left && bottom >= top && (right > left || bottom > top)
    ? { top, bottom, left, right }
    : undefined
}
