// The sample project's messages, split as the studio splits them.
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Example, Split } from '../../main/contract/settings.ts'
import { splitExamples } from '../../main/engine/data/split.ts'

const file = new URL('../../resources/sample/support-messages.csv', import.meta.url)

function read(): Example[] {
  const rows = parse(readFileSync(file, 'utf8'), { columns: true }) as Record<string, string>[]
  return rows.map(({ message = '', team = '' }, row) => ({ row, text: message, label: team }))
}

export const sampleLabels = (): readonly string[] => [...new Set(read().map(({ label }) => label))].sort()

/** The split of a run with this random seed. */
export const sampleSplit = (seed: number): Promise<Split> => splitExamples(read(), { seed })
