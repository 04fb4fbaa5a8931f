// Feature matrices as compressed sparse rows: a text has few of all n-grams.

export interface Matrix {
  readonly rows: number
  readonly columns: number
  /** Where each row's entries begin, and where those of the last one end: [rows + 1]. */
  readonly starts: Uint32Array
  /** The column of each entry. */
  readonly indices: Uint32Array
  readonly values: Float32Array
}

/** An entry of a row: its column and value. */
export type Entry = readonly [column: number, value: number]

/** A matrix of rows that come one by one. */
export function collectRows(columns: number): { add(row: Iterable<Entry>): void; matrix(): Matrix } {
  const [starts, indices, values]: [number[], number[], number[]] = [[0], [], []]
  return {
    add(row) {
      for (const [column, value] of row) {
        indices.push(column)
        values.push(value)
      }
      starts.push(indices.length)
    },
    matrix: () => ({
      rows: starts.length - 1,
      columns,
      starts: Uint32Array.from(starts),
      indices: Uint32Array.from(indices),
      values: Float32Array.from(values),
    }),
  }
}

/** A matrix in which every entry is stored: row by row, its `values` [rows, columns]. */
export function dense(rows: number, columns: number, values: Float32Array): Matrix {
  return {
    rows,
    columns,
    starts: Uint32Array.from({ length: rows + 1 }, (_, row) => row * columns),
    indices: Uint32Array.from(values, (_, at) => at % columns),
    values,
  }
}
