// The ledger as a table: it is read back as it was written, and no cell of it is computed by a spreadsheet.
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ledgerCsv } from '../../../../../renderer/src/pages/privacy/csv.ts'

const at = '2026-11-23T12:00:00.000Z'

it('any host and purpose come back as they were', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme' }), fc.nat(), (host, purpose, sent) => {
      const csv = ledgerCsv([{ id: 1, host, purpose, sent, received: 7, at }])
      const [head, line] = parse(csv, { relaxColumnCount: true }) as [string[], string[]]
      const plain = (text: string): string => (/^[=+\-@\t]/.test(text) ? `'${text}` : text)
      expect(head).toEqual(['at', 'host', 'purpose', 'sent', 'received'])
      expect(line).toEqual([at, plain(host), plain(purpose), String(sent), '7'])
    }),
  )
})

it('what a spreadsheet would compute is a text', () => {
  expect(ledgerCsv([{ id: 1, host: '=1+1', purpose: 'a, b', sent: 0, received: 0, at }])).toContain(`,'=1+1,"a, b",0,0`)
})
