// Writes small Excel workbooks as Excel does: shared strings, styles, one file for each sheet.
import { strToU8, zipSync } from 'fflate'

/** A text (shared), a number with the code of its format, or a cell's XML as it is. */
export type Cell = string | { readonly number: number; readonly code?: string } | { readonly xml: string } | undefined

export interface SheetToWrite {
  readonly rows: readonly (readonly Cell[] | undefined)[]
  readonly hidden?: boolean
  readonly name?: string
  /** XML before the rows, as of columns, and behind them, as of merged cells. */
  readonly before?: string
  readonly behind?: string
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
export const escapeXml = (text: string): string => text.replace(/[&<>\r]/g, (letter) => escapes[letter] ?? letter)

const nameOf = (column: number): string =>
  (column < 26 ? '' : nameOf(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26))

/** The files in the workbook, by their names. */
export function xlsxParts(sheets: readonly SheetToWrite[], { from1904 = false } = {}): Record<string, string> {
  const strings = new Map<string, number>()
  const codes = new Map<string, number>()
  const number = (map: Map<string, number>, key: string): number => {
    if (!map.has(key)) map.set(key, map.size)
    return map.get(key) ?? 0
  }
  const cellXml = (cell: Cell, place: string): string => {
    if (cell === undefined) return ''
    if (typeof cell === 'string') return `<c r="${place}" t="s"><v>${String(number(strings, cell))}</v></c>`
    if ('xml' in cell) return cell.xml
    const style = cell.code === undefined ? 0 : 1 + number(codes, cell.code)
    return `<c r="${place}" s="${String(style)}"><v>${String(cell.number)}</v></c>`
  }
  const sheetXml = ({ rows, before = '', behind = '' }: SheetToWrite): string => {
    const lines = rows.map((cells, i) => {
      const row = String(i + 1)
      return cells ? `<row r="${row}">${cells.map((cell, at) => cellXml(cell, nameOf(at) + row)).join('')}</row>` : ''
    })
    return `${head}<worksheet ${main}>${before}<sheetData>${lines.join('')}</sheetData>${behind}</worksheet>`
  }
  const relation = (id: string, kind: string, target: string): string =>
    `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`
  const written = sheets.map(sheetXml)
  const ids = sheets.map((_, i) => `rId${String(i + 1)}`)
  const state = ({ hidden = false }: SheetToWrite): string => (hidden ? ' state="hidden"' : '')
  const files = ids.map((id, i) => relation(id, 'worksheet', `worksheets/sheet${String(i + 1)}.xml`))
  const formats = [...codes].map(
    ([code, i]) => `<numFmt numFmtId="${String(164 + i)}" formatCode="${escapeXml(code).replaceAll('"', '&quot;')}"/>`,
  )
  const styles = [...codes.values()].map((i) => `<xf numFmtId="${String(164 + i)}"/>`)
  return {
    '_rels/.rels': `${head}<Relationships ${packages}>${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `${head}<workbook ${main} xmlns:r="${office}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets>${sheets
      .map(
        (sheet, i) =>
          `<sheet name="${escapeXml(sheet.name ?? `S${String(i)}`)}" sheetId="${String(i + 1)}"${state(sheet)} r:id="${ids[i] ?? ''}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${head}<Relationships ${packages}>${files.join('')}${relation('s', 'sharedStrings', 'sharedStrings.xml')}${relation('y', 'styles', 'styles.xml')}</Relationships>`,
    'xl/sharedStrings.xml': `${head}<sst ${main}>${[...strings.keys()]
      .map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`)
      .join('')}</sst>`,
    'xl/styles.xml': `${head}<styleSheet ${main}><numFmts>${formats.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${styles.join('')}</cellXfs></styleSheet>`,
    ...Object.fromEntries(written.map((xml, i) => [`xl/worksheets/sheet${String(i + 1)}.xml`, xml])),
  }
}

export const zipParts = (parts: Readonly<Record<string, string>>, level: 0 | 6 = 6): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])), { level })

export const writeXlsx = (
  sheets: readonly SheetToWrite[],
  { level = 6, from1904 = false }: { readonly level?: 0 | 6; readonly from1904?: boolean } = {},
): Uint8Array => zipParts(xlsxParts(sheets, { from1904 }), level)
