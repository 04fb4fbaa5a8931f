// Reads a data file through the studio and says what could not be read.
import { resolve } from 'node:path'
import type { ImportedData } from '../../contract/service.ts'
import type { Session } from './host.ts'

/** Skipped rows that are named one by one, at most. */
const NAMED = 5

export async function importData({ studio, output, signal }: Session, path: string): Promise<ImportedData> {
  const onEvent = (event: Parameters<typeof output.event>[0]) => {
    output.event(event)
  }
  const data = await studio.call('data.import', { path: resolve(path) }, { onEvent, signal })
  output.say(`Read ${count(data.rows)} from ${data.name}.`)
  for (const { line, reason } of data.skipped.slice(0, NAMED)) output.say(`Skipped line ${String(line)}: ${reason}`)
  if (data.skippedCount > 0) output.say(`Skipped ${count(data.skippedCount)} in all.`)
  return data
}

const count = (rows: number): string => (rows === 1 ? '1 row' : `${String(rows)} rows`)
