// The ledger as a CSV file that spreadsheets open.
import { csvOf } from '../../../../main/contract/csv.ts'
import type { ConnectionRecord } from '../../../../main/contract/service.ts'

export const ledgerCsv = (connections: readonly ConnectionRecord[]): string =>
  csvOf([
    ['at', 'host', 'purpose', 'sent', 'received'],
    ...connections.map(({ at, host, purpose, sent, received }) => [at, host, purpose, sent, received]),
  ])
