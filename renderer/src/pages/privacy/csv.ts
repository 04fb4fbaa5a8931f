// The ledger as a CSV file that spreadsheets open.
import type { ConnectionRecord } from '../../../../main/contract/service.ts'

/** Quotes a cell where CSV requires it, and turns a formula into text so that no spreadsheet computes it. */
function cell(value: string | number): string {
  const text = String(value)
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const ledgerCsv = (connections: readonly ConnectionRecord[]): string =>
  [
    ['at', 'host', 'purpose', 'sent', 'received'],
    ...connections.map(({ at, host, purpose, sent, received }) => [at, host, purpose, sent, received]),
  ]
    .map((line) => `${line.map(cell).join(',')}\r\n`)
    .join('')
