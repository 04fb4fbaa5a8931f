// What writes a table as a file: one generator for each format.
import type { GuessedRoles } from '../roles.ts'

/** Rows, some at a time; their cells align with the columns. */
export type Rows = AsyncIterable<readonly (readonly string[])[]>

/** The columns of text, answer and context; '' where there is none. */
export type TableRoles = GuessedRoles

/** The file's bytes, piece by piece. Error: 'data/not-excel' where the format cannot hold the table. */
export type Writer = (columns: readonly string[], rows: Rows, roles: TableRoles) => AsyncGenerator<Uint8Array>
