// Gathers a file's rows, and what could not be read among them, into chunks.
import type { TableChunk } from './format.ts'

/** Why a row cannot be read; its message is the reason, for whoever reads the list of skipped rows. */
export class UnreadableRow extends Error {}

export const tooLong = (): UnreadableRow => new UnreadableRow('it is longer than 4 MB')
export const tooDeep = (): UnreadableRow => new UnreadableRow('it is nested too deeply')

export interface ChunkBuilder {
  /** A row above the size is skipped. */
  row(row: number, cells: readonly string[]): void
  /** A row that could not be read. */
  skip(line: number, reason: string): void
  /** Whether the rows make a chunk. */
  isFull(): boolean
  /** The rows since the last chunk; `bytes`: those of the file read so far. */
  take(bytes: number): TableChunk
}

/** Characters of a row at most, in any format. */
const maxRowCharacters = 4_000_000
/** Characters of a chunk at most, besides those of its last row: a chunk crosses from one process to another at once. */
const maxChunkCharacters = 4_000_000

/** `size`: rows of a chunk. */
export function createChunkBuilder(size: number): ChunkBuilder {
  let rows: TableChunk['rows'][number][] = []
  let skipped: TableChunk['skipped'][number][] = []
  let characters = 0
  const skip = (line: number, reason: string): void => void skipped.push({ line, reason })
  return {
    row: (row, cells) => {
      const length = cells.reduce((sum, cell) => sum + cell.length, 0)
      if (length > maxRowCharacters) return skip(row, tooLong().message)
      characters += length
      rows.push({ row, cells })
    },
    skip,
    isFull: () => rows.length + skipped.length >= size || characters >= maxChunkCharacters,
    take(bytes) {
      const chunk = { rows, skipped, bytes }
      rows = []
      skipped = []
      characters = 0
      return chunk
    },
  }
}
