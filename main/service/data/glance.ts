// Looks at the beginning of a file as an import would read it: quick enough to be done again at every choice.
import { setImmediate } from 'node:timers/promises'
import type { ReadingChoices } from '../../contract/reading.ts'
import type { DataRow } from '../../contract/records.ts'
import type { DataGlance, SkippedRow } from '../../contract/service.ts'
import { tableIn } from '../../engine/data/table-in.ts'
import { openTable } from '../../engine/data/table.ts'
import type { CallContext } from '../context.ts'
import { refuseCancelled, watchOf } from './import.ts'
import { LOOKED_AT, rolesFor } from './look.ts'

/** Rows, lines and cells that are shown, and characters of a cell. */
const SHOWN = { rows: 10, lines: 12, cells: 12, characters: 300 } as const
/** Rows after which nothing more is read, though fewer than enough could be read among them. */
const MAX_SKIPPED = 2000

/** Without rows where none can be read like this: other choices may help. Errors: those of `tableIn` and `openTable`, 'run/cancelled'. */
export async function glanceAt(path: string, choices: ReadingChoices = {}, call: CallContext): Promise<DataGlance> {
  const table = await openTable(await tableIn(path), choices, watchOf(call))
  const { name, columns, taken, head = [], size } = table
  const rows: DataRow[] = []
  const skipped: SkippedRow[] = []
  const notes = [...taken.notes]
  let isWhole = true
  for await (const chunk of table.chunks()) {
    refuseCancelled(call)
    rows.push(...chunk.rows)
    skipped.push(...chunk.skipped)
    notes.push(...(chunk.notes ?? []))
    await setImmediate()
    if (rows.length < LOOKED_AT && skipped.length < MAX_SKIPPED) continue
    isWhole = false
    break
  }
  return {
    name,
    columns,
    taken: { ...taken, notes },
    skipped: skipped.slice(0, SHOWN.lines),
    first: rows.slice(0, SHOWN.rows).map(({ row, cells }) => ({ row, cells: cells.map(short) })),
    rows: isWhole ? rows.length : size?.rows,
    head: head
      .slice(0, SHOWN.lines)
      .map(({ line, cells }) => ({ line, cells: cells.slice(0, SHOWN.cells).map(short) })),
    roles: rolesFor(columns, rows.slice(0, LOOKED_AT), {}),
  }
}

const short = (cell: string): string =>
  cell.length > SHOWN.characters ? `${cell.slice(0, SHOWN.characters).toWellFormed()}…` : cell
