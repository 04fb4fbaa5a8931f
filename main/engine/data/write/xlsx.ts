// A table as an Excel workbook of one sheet (ECMA-376): texts stay texts whatever they begin with, numbers are numbers.
import { strToU8, Zip, ZipDeflate } from 'fflate'
import { studioError } from '../../../contract/errors/index.ts'
import { letters } from '../formats/xlsx/places.ts'
import type { Rows } from './writer.ts'

/** What Excel's sheets hold at most. */
const maxRows = 1_048_576
const maxColumns = 16_384
const maxCharacters = 32_767
/** Bytes of the sheet at most: the archive states sizes in 32 bits. */
const maxBytes = 2 ** 31

/** Styles of cells, by their places in `styles`: of plain cells, of the names, and of what must stay a text when it is edited. */
const style = { plain: 0, name: 1, quoted: 2 } as const

/** A `Writer` that needs no roles. */
export async function* writeXlsx(columns: readonly string[], rows: Rows): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let failed: Error | undefined
  const zip = new Zip((error, bytes) => {
    failed ??= error ?? undefined
    pieces.push(bytes)
  })
  const open = (name: string): ZipDeflate => {
    const file = new ZipDeflate(name, { level: 6 })
    zip.add(file)
    return file
  }
  const taken = (): Uint8Array[] => {
    if (failed) throw failed
    const some = pieces
    pieces = []
    return some
  }
  if (columns.length > maxColumns) throw studioError('data/not-excel', `it has more than ${maxColumns} columns`)
  for (const [name, text] of Object.entries(parts)) open(name).push(strToU8(head + text), true)
  const sheet = open('xl/worksheets/sheet1.xml')
  let row = 1
  let size = 0
  const push = (xml: string, end = false): void => {
    const bytes = strToU8(xml)
    size += bytes.length
    if (size > maxBytes) throw studioError('data/not-excel', 'it has more than 2 GB')
    sheet.push(bytes, end)
  }
  push(head + sheetBegin + rowXml(row, columns, style.name))
  for await (const some of rows) {
    if (row + some.length > maxRows) throw studioError('data/not-excel', `it has more than ${maxRows - 1} rows`)
    push(some.map((cells) => rowXml(++row, cells, style.plain)).join(''))
    yield* taken()
  }
  push('</sheetData></worksheet>', true)
  zip.end()
  yield* taken()
}

const rowXml = (row: number, cells: readonly string[], plain: number): string =>
  `<row r="${row}">${cells.map((cell, at) => cellXml(cell, `${letters(at)}${row}`, plain)).join('')}</row>`

function cellXml(cell: string, place: string, plain: number): string {
  if (cell === '') return ''
  if (cell.length > maxCharacters)
    throw studioError(
      'data/not-excel',
      `the cell ${place} has more than ${maxCharacters.toLocaleString('en')} characters`,
    )
  if (plain === style.plain && isNumber(cell)) return `<c r="${place}"><v>${cell}</v></c>`
  const look = /^[=+\-@]/.test(cell) ? style.quoted : plain
  return `<c r="${place}" s="${look}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`
}

/** Whether a number would be shown in the same letters. Excel keeps 15 digits. */
const isNumber = (cell: string): boolean =>
  /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,14})?$/.test(cell) &&
  cell.replace(/\D/g, '').length <= 15 &&
  String(Number(cell)) === cell

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What XML cannot hold is written by its code, as _x000D_; what only looks so, by that of its underscore. */
export const xmlText = (text: string): string =>
  text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[&<>]/g, (letter) => entities[letter] ?? letter)
    .replace(
      /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      (letter) => `_x${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships'
const content = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** The line of names stays in sight. */
const sheetBegin = `<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`

const parts: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${content}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${content}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${content}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
}
