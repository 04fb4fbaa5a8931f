// Ten of banking77's intents, those with most rows: messages to a bank that are easily mistaken for each other.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Example, Split } from '../../main/contract/settings.ts'
import { createRandom } from '../../main/engine/random.ts'
import { data } from './paths.ts'

const intents = 10
const learned = 500
const validation = 60

function read(file: string): Example[] {
  const rows = parse(readFileSync(join(data, file), 'utf8'), { columns: true }) as Record<string, string>[]
  return rows.map(({ text = '', category = '' }, row) => ({ row, text, label: category.replaceAll('_', ' ') }))
}

/** All 77 intents: 400 of their training rows for validation, and every fourth test row. */
export function allIntents(): { readonly labels: readonly string[]; readonly split: Split } {
  const rows = createRandom(7).shuffle(read('banking77-train.csv'))
  const test = read('banking77-test.csv').filter((_, i) => i % 4 === 0)
  const labels = [...new Set(rows.map(({ label }) => label))].sort()
  return { labels, split: { train: rows.slice(400), validation: rows.slice(0, 400), test } }
}

/** 560 random training rows, 60 of them for validation; all test rows of these intents. */
export function bankingSplit(): { readonly labels: readonly string[]; readonly split: Split } {
  const rows = read('banking77-train.csv')
  const bySize = [...Map.groupBy(rows, ({ label }) => label)].sort((a, b) => b[1].length - a[1].length)
  const labels = bySize.slice(0, intents).map(([label]) => label)
  const of = (some: readonly Example[]): Example[] => some.filter(({ label }) => labels.includes(label))
  const chosen = createRandom(7)
    .shuffle(of(rows))
    .slice(0, learned + validation)
  const test = of(read('banking77-test.csv'))
  return { labels, split: { train: chosen.slice(validation), validation: chosen.slice(0, validation), test } }
}
