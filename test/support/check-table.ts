// What holds of any file that is read as a table: rows as wide as the columns, none lost, in bounded time and chunks.
import { deepStrictEqual, ok } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StudioError } from '../../main/contract/errors/index.ts'
import { openTable } from '../../main/engine/data/table.ts'

/** Milliseconds that no case may take, on a busy computer too. */
export const PATIENCE_MS = 20_000
/** Characters of a chunk: those of a full one and of a longest row. */
const maxChunk = 8_000_000

export interface ReadTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly skipped: number
  /** Rows that the file was said to hold. */
  readonly said: number | undefined
}

const folder = mkdtempSync(join(tmpdir(), 'softprompt-fuzz-'))
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true })
})

/** The path of a new file of those bytes, in place of the last one of that name. */
export function fileOf(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Checks rows as they come in. */
export function checkRows(columns: readonly string[]) {
  const seen = new Set<number>()
  return (rows: readonly { readonly row: number; readonly cells: readonly string[] }[]): void => {
    let characters = 0
    for (const { row, cells } of rows) {
      ok(Number.isInteger(row) && row > 0 && !seen.has(row), `row ${String(row)} comes twice, or is none`)
      seen.add(row)
      deepStrictEqual(cells.length, columns.length)
      for (const cell of cells) characters += cell.length
    }
    ok(characters <= maxChunk, `a chunk has ${String(characters)} characters`)
  }
}

/** What the studio reads; undefined where it refuses the file in a sentence. Anything else fails. */
export async function readAny(name: string, bytes: Uint8Array): Promise<ReadTable | undefined> {
  const began = performance.now()
  try {
    const { columns, size, chunks } = await openTable(fileOf(name, bytes))
    const check = checkRows(columns)
    const rows: (readonly string[])[] = []
    let skipped = 0
    for await (const chunk of chunks()) {
      check(chunk.rows)
      rows.push(...chunk.rows.map(({ cells }) => cells))
      skipped += chunk.skipped.length
    }
    return { columns, rows, skipped, said: size?.rows }
  } catch (error) {
    ok(
      error instanceof StudioError && error.code.startsWith('data/'),
      error instanceof Error ? error.stack : 'no error',
    )
    return undefined
  } finally {
    ok(performance.now() - began < PATIENCE_MS, 'it took too long')
  }
}
