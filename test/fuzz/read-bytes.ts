// Reads bytes as a table file: a table whose promises hold, or a typed sentence, within bounded time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StudioError } from '../../main/contract/errors/index.ts'
import type { ReadingChoices } from '../../main/contract/reading.ts'
import type { DataRow } from '../../main/contract/records.ts'
import type { SkippedRow } from '../../main/contract/service.ts'
import { openTable } from '../../main/engine/data/table.ts'

export interface ReadBytes {
  readonly columns: readonly string[]
  readonly headerLine: number | undefined
  readonly rows: readonly DataRow[]
  readonly skipped: readonly SkippedRow[]
  readonly notes: readonly string[]
}

/** Milliseconds that a file of some hundred bytes may take on a busy machine. */
const maxTime = 20_000

/** Undefined where it is refused in a sentence. */
export async function readBytes(
  name: string,
  bytes: Uint8Array,
  choices?: ReadingChoices,
): Promise<ReadBytes | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-fuzz-'))
  const begun = performance.now()
  try {
    const path = join(folder, name)
    await writeFile(path, bytes)
    const table = await openTable(path, choices)
    const rows: DataRow[] = []
    const skipped: SkippedRow[] = []
    const notes = [...table.taken.notes]
    for await (const chunk of table.chunks()) {
      rows.push(...chunk.rows)
      skipped.push(...chunk.skipped)
      notes.push(...(chunk.notes ?? []))
    }
    const read = { columns: table.columns, headerLine: table.taken.headerLine, rows, skipped, notes }
    refuseBroken(read)
    return read
  } catch (error) {
    if (!(error instanceof StudioError)) throw error
    if (!error.code.startsWith('data/') || error.message === '') throw error
    return undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
    if (performance.now() - begun > maxTime) throw new Error(`Reading took more than ${maxTime} ms.`)
  }
}

/** What every table promises. */
function refuseBroken({ columns, rows, skipped }: ReadBytes): void {
  if (columns.some((name) => name === '') || new Set(columns).size !== columns.length)
    throw new Error(`Columns are not distinct: ${JSON.stringify(columns)}`)
  for (const { row, cells } of rows)
    if (!(row > 0) || cells.length !== columns.length) throw new Error(`Row ${row} has ${cells.length} cells`)
  if (new Set(rows.map(({ row }) => row)).size !== rows.length) throw new Error('Two rows have one number')
  for (const { line, reason } of skipped)
    if (!(line > 0) || reason === '') throw new Error('A skipped row has no reason')
}
