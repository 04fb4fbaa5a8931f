// Cells of a workbook's sheet as XML. A text is written as an inline string, which no spreadsheet computes.
import { letters } from '../data/formats/xlsx/places.ts'
import { xmlText } from '../data/write/xlsx.ts'
import type { AddedCell } from './columns.ts'

/** Characters of a cell at most: Excel repairs, or refuses, a workbook with more. */
const maxText = 32_767

/** The first characters that a cell has room for. */
const fitting = (text: string): string => text.slice(0, maxText).replace(/[\ud800-\udbff]$/, '')

export interface CellPlace {
  readonly row: number
  /** From 0. */
  readonly column: number
  /** Index of a style of the workbook. */
  readonly style?: string | undefined
  /** The prefix of the sheet's elements, with its colon. */
  readonly prefix?: string
}

/** '' where there is no value. */
export function cellXml(value: AddedCell, { row, column, style, prefix: p = '' }: CellPlace): string {
  if (value === undefined || value === '') return ''
  const head = `<${p}c r="${letters(column)}${String(row)}"${style === undefined ? '' : ` s="${xmlText(style)}"`}`
  if (typeof value === 'number') return `${head}><${p}v>${String(value)}</${p}v></${p}c>`
  const text = xmlText(fitting(value))
  return `${head} t="inlineStr"><${p}is><${p}t xml:space="preserve">${text}</${p}t></${p}is></${p}c>`
}
