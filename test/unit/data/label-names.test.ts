// Labels stored as numbers, whose names stand in a file beside the table.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'

const { folder, read } = useTables()
let made = 0

/** A table in a folder of its own, with a file beside it. */
function beside(file: string, content: unknown, table: string, name = 'train.csv') {
  const own = `own-${String(++made)}`
  mkdirSync(join(folder, own))
  writeFileSync(join(folder, own, file), typeof content === 'string' ? content : JSON.stringify(content))
  return read(join(own, name), table)
}

const features = {
  text: { dtype: 'string', _type: 'Value' },
  label: { names: ['negative', 'positive'], _type: 'ClassLabel' },
}
const table = 'text,label\nIt broke,0\nIt works,1\nIt is there,-1\nIt is odd,7\n'
const labels = ['negative', 'positive', '', '7']

describe('labels stored as numbers', () => {
  it.each([
    ['dataset_info.json', { description: '', features }],
    ['dataset_infos.json', { plain: { features: {} }, default: { features, splits: {} } }],
  ])('are shown by the names in %s', async (file, content) => {
    const found = await beside(file, content, table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(labels)
    expect(found.notes).toEqual([
      `Numbers in “label” are shown by the names that ${file}, beside the file, gives them.`,
    ])
  })

  it('are shown by them in JSON as well', async () => {
    const rows = [
      { text: 'It broke', label: 0 },
      { text: 'It works', label: 1 },
    ]
    const found = await beside(
      'dataset_info.json',
      { features },
      rows.map((row) => JSON.stringify(row)).join('\n'),
      'a.jsonl',
    )
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(['negative', 'positive'])
  })

  it.each([
    ['is no JSON', 'dataset_info'],
    ['describes other columns', { features: { stars: features.label } }],
    ['names no labels', { features: { text: features.text } }],
  ])('stay numbers where the file %s', async (_, content) => {
    const found = await beside('dataset_info.json', content, table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(['0', '1', '-1', '7'])
    expect(found.notes).toEqual([])
  })

  it('never make the reading fail, whatever the file says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((json) => `{"features": {"label": ${json}}}`),
        ),
        async (content) => {
          const found = await beside('dataset_info.json', content, table)
          expect(found.rows).toHaveLength(4)
        },
      ),
      { numRuns: 40 },
    )
  })
})
