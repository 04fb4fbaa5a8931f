// Columns that are added to a table, and how a cell that we write stays a text.

/** A text, a number, or nothing. */
export type AddedCell = string | number | undefined

/** Columns behind those of a table. */
export interface AddedColumns {
  readonly names: readonly string[]
  /** By the row's number in the file; a row that is absent has empty cells. */
  readonly cells: ReadonlyMap<number, readonly AddedCell[]>
}

/** The names, with a number where the table has a column of that name already. */
export function freeNames(columns: readonly string[], wanted: readonly string[]): string[] {
  const taken = new Set(columns)
  return wanted.map((name) => {
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${name} (${String(number)})`
    taken.add(free)
    return free
  })
}
