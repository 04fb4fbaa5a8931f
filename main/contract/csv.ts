// Tables as CSV files that spreadsheets open (RFC 4180).

/** Numbers alone compute nothing, though they may begin as formulas do. */
const number = /^[-+]?\d+(?:[.,]\d+)*%?$/

/** Turns a formula into text, so that no spreadsheet computes it. */
export const plainText = (text: string): string => (/^[=+\-@\t\r]/.test(text) && !number.test(text) ? `'${text}` : text)

/** Quotes a cell where CSV requires it. */
const quoted = (text: string, delimiter: string): string =>
  /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text

/** A line of cells as they are: `plainText` is up to the caller. */
export const csvLine = (cells: readonly string[], delimiter = ','): string =>
  `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\r\n`

/** One line for each row of cells. */
export const csvOf = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => csvLine(row.map((cell) => (typeof cell === 'string' ? plainText(cell) : String(cell))))).join('')
