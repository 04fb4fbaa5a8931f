// What an import will take, told before it begins: rows, and bytes of the database.
import { studioError } from '../../contract/errors/index.ts'
import { roomAt } from '../../engine/disk.ts'
import type { TableChunk, TableSize } from '../../engine/data/formats/format.ts'

/** Rows of a data set at most: checks and plans hold some numbers of each in memory. */
const maxRows = 10_000_000
/** A forecast by a file's first rows may be wrong by this factor; one that is far beyond is refused at once. */
const doubt = 1.5
/** Bytes of the database for a row beside its cells: its number, version and state, in the table and its index. */
const rowBytes = 80
/** Stays free beside a data set. */
const reserve = 64 << 20

export interface Forecast {
  readonly rows: number
  readonly bytes: number
}

/** By the first rows of a file of `fileBytes` bytes, and by what the file itself says (`size`). */
export function forecastOf({ rows, bytes }: TableChunk, fileBytes: number, size: TableSize | undefined): Forecast {
  const characters = rows.reduce((sum, { cells }) => cells.reduce((all, { length }) => all + length, sum), 0)
  const stored = rows.reduce((sum, { cells }) => sum + Buffer.byteLength(JSON.stringify(cells)), 0)
  const read = Math.min(1, bytes / Math.max(1, fileBytes))
  const expected = size?.rows ?? Math.round(rows.length / Math.max(1e-9, read))
  const ofCells =
    size?.characters === undefined || characters === 0
      ? (stored / Math.max(1, rows.length)) * expected
      : (stored / characters) * size.characters
  return { rows: expected, bytes: Math.round(ofCells + rowBytes * expected) }
}

/** Error: 'data/too-many-rows'. */
export function refuseRows(name: string, rows: number, sure = true): void {
  if (rows > maxRows * (sure ? 1 : doubt)) throw studioError('data/too-many-rows', name, rows, maxRows)
}

/** Errors: 'data/no-room' where the disk of `folder` has not the room, 'data/too-many-rows'. */
export function refuseForecast(
  name: string,
  { rows, bytes }: Forecast,
  folder: string,
  free = roomAt(folder).free,
): void {
  refuseRows(name, rows, false)
  if (bytes + reserve > free) throw studioError('data/no-room', name, bytes, free)
}
