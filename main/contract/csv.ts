// Tables as CSV files that spreadsheets open (RFC 4180).

/** Numbers alone compute nothing, though they may begin as formulas do. */
const number = /^[-+]?\d+(?:[.,]\d+)*%?$/

/** Quotes a cell where CSV requires it, and turns a formula into text so that no spreadsheet computes it. */
function cellOf(value: string | number): string {
  const text = String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !number.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One line for each row of cells. */
export const csvOf = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
