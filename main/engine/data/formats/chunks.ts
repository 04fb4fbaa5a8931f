// Gathers a file's rows, and what could not be read among them, into chunks.
import type { TableChunk } from './format.ts'

export interface ChunkBuilder {
  row(row: number, cells: readonly string[]): void
  /** A row that could not be read. */
  skip(line: number, reason: string): void
  /** Whether the rows make a chunk. */
  isFull(): boolean
  /** The rows since the last chunk; `bytes`: those of the file read so far. */
  take(bytes: number): TableChunk
}

/** `size`: rows of a chunk. */
export function createChunkBuilder(size: number): ChunkBuilder {
  let rows: TableChunk['rows'][number][] = []
  let skipped: TableChunk['skipped'][number][] = []
  return {
    row: (row, cells) => void rows.push({ row, cells }),
    skip: (line, reason) => void skipped.push({ line, reason }),
    isFull: () => rows.length + skipped.length >= size,
    take(bytes) {
      const chunk = { rows, skipped, bytes }
      rows = []
      skipped = []
      return chunk
    },
  }
}
