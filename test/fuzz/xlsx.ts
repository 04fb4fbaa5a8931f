// Workbooks, whole and damaged: the archive's bytes are changed, or those of one file in it.
import { deepStrictEqual, ok } from 'node:assert'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { readAny } from '../support/check-table.ts'
import { type Changes, changes, isWhole, mutate } from '../support/mutate.ts'
import { type Cell, xlsxParts } from '../support/write-xlsx.ts'

export interface XlsxCase {
  readonly rows: readonly (readonly [Cell, Cell])[]
  readonly merges: readonly string[]
  readonly level: 0 | 6
  /** The file in the archive whose text is changed, by a share of their number; undefined: the archive itself. */
  readonly within: number | undefined
  readonly changes: Changes
}

const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((each) => each.toWellFormed().replace(/[\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-f]{4}_/gi, ''))
const number = fc
  .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('0.00', 'yyyy-mm-dd', '0%', '@', '#,##0'))
  .map(([value, code]): Cell => ({ number: value, code }))
const cell: fc.Arbitrary<Cell> = fc.oneof({ weight: 4, arbitrary: text }, number)
const place = fc
  .tuple(fc.constantFrom('A', 'B', 'C', 'XFD'), fc.integer({ min: 0, max: 9 }))
  .map((parts) => parts.join(''))

const cases: fc.Arbitrary<XlsxCase> = fc.record({
  rows: fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }),
  merges: fc.array(
    fc.tuple(place, place).map((places) => places.join(':')),
    { maxLength: 3 },
  ),
  level: fc.constantFrom(0, 6),
  within: fc.option(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { nil: undefined }),
  changes,
})

async function check({ rows, merges, level, within, changes: made }: XlsxCase): Promise<void> {
  const behind = `<mergeCells>${merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`
  const parts = xlsxParts([{ rows: [['text', 'label'], ...rows, ['the last row', 'end']], behind }])
  const names = Object.keys(parts)
  const changed = within === undefined ? undefined : names[Math.floor(within * names.length)]
  const files = names.map((name): [string, Uint8Array] => {
    const bytes = strToU8(parts[name] ?? '')
    return [name, name === changed ? mutate(bytes, made, 0) : bytes]
  })
  const archive = zipSync(Object.fromEntries(files), { level })
  const found = await readAny('fuzz.xlsx', changed === undefined ? mutate(archive, made) : archive)
  if (found?.said !== undefined) {
    const all = found.rows.length + found.skipped
    ok(all >= found.said, `${String(all)} of ${String(found.said)} rows are read or named`)
  }
  if (!isWhole(made)) return
  ok(found, 'a whole workbook is read')
  const filled = rows.filter((cells) => cells.some((each) => typeof each !== 'string' || each.trim() !== ''))
  deepStrictEqual(found.rows.length + found.skipped, filled.length + 1)
}

export const xlsx = { name: 'XLSX', cases, check }
