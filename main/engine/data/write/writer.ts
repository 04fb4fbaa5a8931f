// What writes a table as a file: one generator for each format.

/** Rows, some at a time; their cells align with the columns. */
export type Rows = AsyncIterable<readonly (readonly string[])[]>

/** The file's bytes, piece by piece. Error: 'data/not-excel' where the format cannot hold the table. */
export type Writer = (columns: readonly string[], rows: Rows) => AsyncGenerator<Uint8Array>
