// The bundled sample is what its description says, and splits evenly.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openTable } from '../../../main/engine/data/table.ts'

const folder = new URL('../../../resources/sample/', import.meta.url)
const sample = JSON.parse(readFileSync(new URL('sample.json', folder), 'utf8')) as Record<string, string>

/** From a short line to a small paragraph: 5 to 45 words, with nothing to trim. */
function fits(text: string): boolean {
  const texts = text.split(/\s+/).length
  return text === text.trim() && texts >= 5 && texts <= 45
}

it('holds 300 different messages, 50 for each of six teams, under the columns that it names', async () => {
  const table = await openTable(fileURLToPath(new URL(sample['file'] ?? '', folder)))
  expect(table.columns).toEqual([sample['text'], sample['label']])
  const rows: (readonly string[])[] = []
  for await (const chunk of table.chunks()) {
    expect(chunk.skipped).toEqual([])
    rows.push(...chunk.rows.map(({ cells }) => cells))
  }
  const texts = rows.map(([text = '']) => text.toLowerCase())
  expect(new Set(texts).size).toBe(300)
  expect(texts.filter((text) => !fits(text))).toEqual([])
  // The teams are mixed, so that whoever looks at the first rows sees all six.
  expect(new Set(rows.slice(0, 30).map(([, team]) => team)).size).toBe(6)
  const teams = Map.groupBy(rows, ([, team]) => team)
  expect([...teams.values()].map((members) => members.length)).toEqual([50, 50, 50, 50, 50, 50])
})
