// Writes files and reads all of each as a table.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ReadingChoices } from '../../main/contract/reading.ts'
import type { TableChunk } from '../../main/engine/data/formats/format.ts'
import { openTable } from '../../main/engine/data/table.ts'

/** Call it at the top of a test file; its folder is gone after the last test. */
export function useTables() {
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-table-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const read = async (name: string, content: string | Uint8Array, choices?: ReadingChoices) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    const table = await openTable(path, choices)
    const chunks: TableChunk[] = []
    for await (const chunk of table.chunks()) chunks.push(chunk)
    return {
      ...table,
      ...table.taken,
      notes: [...table.taken.notes, ...chunks.flatMap(({ notes = [] }) => notes)],
      rows: chunks.flatMap(({ rows }) => rows),
      skipped: chunks.flatMap(({ skipped }) => skipped),
      bytes: chunks.at(-1)?.bytes,
      /** Rows of the largest chunk. */
      largestChunk: Math.max(...chunks.map(({ rows }) => rows.length)),
      /** Characters of the largest chunk. */
      longestChunk: Math.max(...chunks.map(({ rows }) => rows.flatMap(({ cells }) => cells).join('').length)),
    }
  }
  return { folder, read }
}
