// JSON in any arrangement that rows are found in: under the endings of JSON and of JSON Lines, which many tools mix up.
import { studioError } from '../../../contract/errors/index.ts'
import type { OpenedTable, TextFormat, TextSource } from './format.ts'
import { lineValues, listValues, sequenceValues } from './json/scan.ts'
import { shapeOf } from './json/shape.ts'
import { type JsonRow, rowsOfObject } from './json/whole.ts'
import { type JsonText, openValues } from './values.ts'

export const json: TextFormat = {
  kind: 'text',
  heeds: ['header'],
  endings: ['.json'],
  // A line of a chat may start with a time in brackets.
  looksLike: (sample) => /^\s*\[\s*[[{\]]/.test(sample),
  open: (source) => open(source, 'none'),
}

export const jsonLines: TextFormat = {
  kind: 'text',
  heeds: ['header'],
  endings: ['.jsonl', '.ndjson'],
  looksLike: (sample) => /^\s*\{\s*["'}/]/.test(sample),
  open: (source) => open(source, 'lines'),
}

/** `otherwise`: what a text is that begins with neither a list nor an object; of lines, one that stands alone is a row. */
async function open(source: TextSource, otherwise: 'lines' | 'none'): Promise<OpenedTable> {
  const { name, sample, isWhole, read } = source
  const shape = shapeOf(sample, isWhole, otherwise === 'lines')
  const kind = shape.kind === 'none' ? otherwise : shape.kind
  if (kind === 'none') throw studioError('data/json-not-array', name)
  if (kind === 'lines') return openValues(source, () => lineValues(read()))
  if (kind === 'sequence') return openValues(source, () => sequenceValues(read()))
  if (shape.kind === 'list') {
    const notes = shape.isWithin ? [`Read the list "${shape.key ?? ''}"; what stands beside it was left out.`] : []
    return openValues(source, () => listValues(read(), shape), notes)
  }
  const rows = await rowsOfObject(source)
  return openValues(source, () => given(rows))
}

async function* given(rows: readonly JsonRow[]): AsyncGenerator<JsonText> {
  for (const [i, value] of rows.entries()) yield { line: i + 1, element: i + 1, text: '', value, bytes: 0 }
}
