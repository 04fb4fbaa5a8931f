// What an arrangement of chats in a table is: how it is recognised, and how its rows become columns.
import type { ChatName } from '../../../contract/reading.ts'

export type Rows = readonly (readonly string[])[]

/** A table's chats as columns. */
export interface ChatShape {
  readonly name: ChatName
  readonly columns: readonly string[]
  /** A row's cells under these columns, or why it has none; `row`: its number in the file. */
  readonly cells: (cells: readonly string[], row: number) => readonly string[] | string
  /** What was made of the rows so far, in sentences. */
  readonly notes: () => string[]
}

/** Undefined where the table is not of this arrangement. */
export type Recogniser = (columns: readonly string[], rows: Rows) => ChatShape | undefined
