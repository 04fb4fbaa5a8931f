// A workbook with more columns in one sheet: all else in it - sheets, formulas, styles, types - stays byte for byte.
import { basename } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { Watch } from '../data/formats/format.ts'
import { rangeOf, columnOf } from '../data/formats/xlsx/places.ts'
import { maxColumns } from '../data/formats/xlsx/sheet.ts'
import { readWorkbook } from '../data/formats/xlsx/workbook.ts'
import { createXmlReader } from '../data/formats/xlsx/xml.ts'
import { type Archive, openZip } from '../data/formats/xlsx/zip.ts'
import { cellXml } from './cell-xml.ts'
import type { AddedColumns } from './columns.ts'
import { replacePart } from './replace-part.ts'
import { createSheetEditor, type SheetAddition } from './sheet-editor.ts'

/** As a sheet's reader has it: streamed, so memory does not limit it. */
const maxSheetBytes = 2 * 2 ** 30

export interface WorkbookPlace {
  readonly source: string
  readonly target: string
  readonly sheet: string
  /** Row of the columns' names; 0 where there is none. */
  readonly headerRow: number
  /** As that of a file's source. */
  readonly watch?: Watch
}

/** Errors: those of `readWorkbook`, 'data/no-sheet', 'data/too-many-columns', 'data/damaged' where the sheet is not well-formed. */
export async function writeIntoWorkbook(
  { source, target, sheet: wanted, headerRow, watch }: WorkbookPlace,
  added: AddedColumns,
): Promise<void> {
  const name = basename(source)
  // It is read twice: for its columns, then to be written.
  let before = 0
  const told: Watch = (read, total) => watch?.(before * total + read, 2 * total)
  const archive = await openZip({ name, path: source, choices: {}, watch: told })
  const { sheets } = await readWorkbook(name, archive)
  const sheet = sheets.find((each) => each.name === wanted)
  if (!sheet) {
    const names = sheets.map((each) => each.name)
    throw studioError('data/no-sheet', name, wanted, names)
  }
  const { width: column, headerStyle } = await extentOf(name, archive, sheet.part, headerRow)
  before = 1
  const count = added.names.length
  if (column + count > maxColumns) throw studioError('data/too-many-columns', name, column + count)
  const cells: SheetAddition['cells'] = (row, prefix) => {
    const isHeader = row === headerRow
    const values = isHeader ? added.names : (added.cells.get(row) ?? [])
    const style = isHeader ? headerStyle : undefined
    return values.map((value, i) => cellXml(value, { row, column: column + i, style, prefix })).join('')
  }
  const edited = editSheet(name, archive, sheet.part, { column, count, cells })
  await replacePart({ source, target, part: sheet.part }, edited)
}

/** Columns that anything of the sheet stands in, and the style of the last name. */
async function extentOf(
  name: string,
  archive: Archive,
  part: string,
  headerRow: number,
): Promise<{ readonly width: number; readonly headerStyle: string | undefined }> {
  let width = 0
  let row = 0
  let at = -1
  let headerStyle: string | undefined
  const reader = createXmlReader({
    open: (element, { r: place, s: style, ref }) => {
      if (element === 'row') {
        row = Number(place ?? row + 1)
        at = -1
      } else if (element === 'c') {
        at = place === undefined ? at + 1 : columnOf(place)
        width = Math.max(width, at + 1)
        if (row === headerRow) headerStyle = style
      } else if (element === 'mergeCell') width = Math.max(width, (rangeOf(ref ?? '')?.right ?? -1) + 1)
    },
  })
  await wellFormed(name, async () => {
    for await (const { bytes } of archive.unpack(part, maxSheetBytes)) reader.write(bytes)
    reader.end()
  })
  return { width, headerStyle }
}

async function* editSheet(
  name: string,
  archive: Archive,
  part: string,
  addition: SheetAddition,
): AsyncGenerator<Uint8Array> {
  const editor = createSheetEditor(addition)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const encoder = new TextEncoder()
  for await (const { bytes } of archive.unpack(part, maxSheetBytes))
    yield encoder.encode(await wellFormed(name, () => editor.write(decoder.decode(bytes, { stream: true }))))
  yield encoder.encode(await wellFormed(name, () => editor.write(decoder.decode()) + editor.end()))
}

/** A sheet that breaks off can be read up to there, but not written again. */
async function wellFormed<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    throw studioError('data/damaged', name, 'the sheet is not well-formed')
  }
}
