// TEMPORARY until data, model and export land.
import { readFileSync } from 'node:fs'
import type { Example, Split } from '../contract/settings.ts'
export function readTable(path: string) {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const columns = (lines[0] ?? '').split(',')
  const rows = lines.slice(1).map((l, i) => ({ row: i + 2, cells: l.split(',') }))
  return {
    columns,
    rows: rows.filter((r) => r.cells.length === columns.length),
    skipped: rows
      .filter((r) => r.cells.length !== columns.length)
      .map((r) => ({ line: r.row, reason: 'wrong number of cells' })),
  }
}
export function splitExamples(e: readonly Example[], _o: { seed: number; heldOut?: number }): Split {
  const p = (k: number) => e.filter((_, i) => (i % 5 < 3 ? 0 : (i % 5) - 2) === k)
  return { train: p(0), validation: p(1), heldOut: p(2) }
}
export async function fetchStarter(
  _f: string,
  _o: { onProgress: (s: string, d: number, t: number) => void; signal: AbortSignal },
): Promise<{ path: string; name: string }> {
  throw new Error('not yet')
}
export async function exportPeft(_o: object): Promise<string[]> {
  throw new Error('not yet')
}
