// What a table format is: how it is recognised, and how its text or its bytes become rows.
import type { ReadingChoices, Taken } from '../../../contract/reading.ts'
import type { DataRow } from '../../../contract/records.ts'
import type { SkippedRow } from '../../../contract/service.ts'
import type { TextPiece } from '../encoding/decode.ts'

/** Some rows, and what could not be read among them. */
export interface TableChunk {
  /** `row` is the line where the row starts in the file, or in a list, its number there; both from 1, no two alike. */
  readonly rows: readonly DataRow[]
  readonly skipped: readonly SkippedRow[]
  /** What became clear only while reading, in sentences that join those of `Taken`. */
  readonly notes?: readonly string[]
  /** Bytes of the file read so far. */
  readonly bytes: number
}

/** A file's text as a format reads it; each call starts again at the beginning. */
export interface TextSource {
  readonly name: string
  readonly choices: ReadingChoices
  readonly read: () => AsyncGenerator<TextPiece>
  /** The first characters, enough to see columns by. */
  readonly sample: string
  /** Whether the sample is the whole text. */
  readonly isWhole: boolean
}

/** A file that a format opens by itself, to read any part of it. */
export interface FileSource {
  readonly name: string
  readonly path: string
  readonly choices: ReadingChoices
  readonly watch?: Watch
}

/** Is called with the bytes read so far, of so many, while a file is looked through; what it throws ends that. */
export type Watch = (bytes: number, total: number) => void

/** How a format read a file; the encoding is found before. */
export type TakenByFormat = Omit<Taken, 'format' | 'encoding' | 'encodingDoubtful' | 'chat'>

/** One of a file's first lines that are not empty, or rows of a sheet, before anything is made of them. */
export interface FirstLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** What a format makes of a file. */
export interface OpenedTable {
  readonly taken: TakenByFormat
  readonly columns: readonly string[]
  /** The lines among which a person may choose the columns' names; absent where every row brings its own. */
  readonly head?: readonly FirstLine[]
  /** What the file is known to hold before its rows are read, where that costs little to find out. */
  readonly size?: TableSize
  readonly chunks: () => AsyncGenerator<TableChunk>
}

export interface TableSize {
  readonly rows: number
  /** Of all cells; undefined where only reading them tells. */
  readonly characters?: number
}

type Choice = keyof ReadingChoices

export interface TextFormat {
  readonly kind: 'text'
  /** The choices that it heeds beside the encoding; any other is refused. */
  readonly heeds: readonly Choice[]
  /** File endings, lower case, with the dot. */
  readonly endings: readonly string[]
  /** Whether a text of unknown ending is likely to be of this format. */
  looksLike(sample: string): boolean
  open(source: TextSource): Promise<OpenedTable>
}

/** Recognised by its first bytes alone: a wrong file ending does not matter. */
export interface BinaryFormat {
  readonly kind: 'binary'
  /** The choices that it heeds; any other is refused. */
  readonly heeds: readonly Choice[]
  looksLike(start: Uint8Array): boolean
  open(source: FileSource): Promise<OpenedTable>
}

export type Format = TextFormat | BinaryFormat
