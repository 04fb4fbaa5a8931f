// A workbook that comes back with more columns: whatever else is in it stays, and what we write is never a formula.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { createSheetEditor } from '../../../main/engine/labelled/sheet-editor.ts'
import { writeIntoWorkbook } from '../../../main/engine/labelled/workbook.ts'
import { openTable } from '../../../main/engine/data/table.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { type SheetToWrite, writeXlsx } from '../../support/write-xlsx.ts'

const data: SheetToWrite = {
  name: 'Data',
  before: '<dimension ref="A1:C4"/><cols><col min="2" max="3" width="9"/><col min="4" max="16384" hidden="1"/></cols>',
  rows: [
    ['When', 'Message', 'Twice'],
    [{ number: 45_000, code: 'yyyy-mm-dd' }, 'I was charged twice.', { xml: '<c r="C2"><f>A2*2</f><v>90000</v></c>' }],
    [{ number: 45_001, code: 'yyyy-mm-dd' }, 'Where is it?', { xml: '<c r="C3"><f>A3*2</f><v>90002</v></c>' }],
    [{ number: 45_002.5, code: 'yyyy-mm-dd' }, ' ', undefined],
  ],
  behind: '<autoFilter ref="A1:C4"/>',
}
const pivot: SheetToWrite = { name: 'Pivot', rows: [['Count'], [{ number: 2 }]] }

const rowsOf = async (path: string, sheet: string) => {
  const table = await openTable(path, { sheet })
  const rows: (readonly string[])[] = []
  for await (const chunk of table.chunks()) for (const { cells } of chunk.rows) rows.push(cells)
  return { columns: table.columns, rows }
}

const partsOf = (path: string) => unzipSync(readFileSync(path))

describe('a workbook with two sheets, dates and formulas', () => {
  it('has two columns more, and every other part of it stays byte for byte', async () => {
    const folder = temporaryFolder()
    const [source, target] = [join(folder, 'in.xlsx'), join(folder, 'out.xlsx')]
    writeFileSync(source, writeXlsx([pivot, data]))
    const cells = new Map([
      [2, ['billing', 0.93]],
      [3, ['=HYPERLINK("http://evil")', 0.5]],
    ])
    const added = { names: ['answer', 'confidence'], cells }
    await writeIntoWorkbook({ source, target, sheet: 'Data', headerRow: 1 }, added)
    const [before, after] = [partsOf(source), partsOf(target)]
    expect(Object.keys(after)).toEqual(Object.keys(before))
    for (const [name, bytes] of Object.entries(before))
      if (name !== 'xl/worksheets/sheet2.xml') expect(after[name], name).toEqual(bytes)
    const sheet = strFromU8(after['xl/worksheets/sheet2.xml'] ?? new Uint8Array())
    expect(sheet).toContain('<c r="C2"><f>A2*2</f><v>90000</v></c>')
    expect(sheet.match(/<f>/g)).toHaveLength(2)
    expect(sheet).toContain('<dimension ref="A1:E4"/>')
    expect(sheet).toContain('<col min="4" max="5" width="14" customWidth="1"/><col min="6" max="16384" hidden="1"/>')
    expect(sheet).toContain('<autoFilter ref="A1:C4"/>')
    const read = await rowsOf(target, 'Data')
    expect(read.columns).toEqual(['When', 'Message', 'Twice', 'answer', 'confidence'])
    expect(read.rows).toEqual([
      ['2023-03-15', 'I was charged twice.', '90000', 'billing', '0.93'],
      ['2023-03-16', 'Where is it?', '90002', '=HYPERLINK("http://evil")', '0.5'],
      ['2023-03-17', ' ', '', '', ''],
    ])
    expect(await rowsOf(target, 'Pivot')).toEqual({ columns: ['Count'], rows: [['2']] })
  })

  it('keeps the prefix of a sheet’s elements, and adds to rows that were closed at once', async () => {
    const folder = temporaryFolder()
    const [source, target] = [join(folder, 'in.xlsx'), join(folder, 'out.xlsx')]
    writeFileSync(source, writeXlsx([data]))
    await writeIntoWorkbook(
      { source, target, sheet: 'Data', headerRow: 0 },
      { names: ['answer'], cells: new Map([[1, ['x']]]) },
    )
    expect((await rowsOf(target, 'Data')).columns).toEqual(['When', 'Message', 'Twice', 'x'])
    const editor = createSheetEditor({ column: 1, count: 1, cells: (row, p) => `<${p}c r="B${String(row)}"/>` })
    const xml = '<x:sheet xmlns:x="y"><x:row r="3" spans="1:1" ht="9" /><x:row><x:c r="A4"/></x:row ></x:sheet>'
    expect(editor.write(xml) + editor.end()).toBe(
      '<x:sheet xmlns:x="y"><x:row r="3" ht="9"><x:c r="B3"/></x:row><x:row><x:c r="A4"/><x:c r="B4"/></x:row ></x:sheet>',
    )
  })
})

/** Any text that a cell of XML can hold in some way: controls, halves of pairs, tags, escapes. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', '<', '&', '"', '_x0041_', '_x', '\r', '\n', '\t', '\0', 'ä', '👍'),
  }),
)

describe('any workbook', () => {
  it('is read again with the same cells and the added ones, wherever its pieces are cut', async () => {
    const folder = temporaryFolder()
    const [source, target] = [join(folder, 'in.xlsx'), join(folder, 'out.xlsx')]
    const shapes = fc.record({
      rows: fc.array(fc.tuple(fc.integer(), fc.string({ minLength: 1, unit: 'grapheme' })), {
        minLength: 1,
        maxLength: 12,
      }),
      answers: fc.array(fc.option(fc.tuple(anyText, fc.double({ min: 0, max: 1, noNaN: true }))), { maxLength: 12 }),
      level: fc.constantFrom(0 as const, 6 as const),
    })
    await fc.assert(
      fc.asyncProperty(shapes, async ({ rows, answers, level }) => {
        const sheet: SheetToWrite = {
          name: 'S',
          rows: [['number', 'text'], ...rows.map(([number, text]) => [{ number }, `x${text}`])],
        }
        writeFileSync(source, writeXlsx([pivot, sheet], { level }))
        const cells = new Map(answers.slice(0, rows.length).flatMap((answer, i) => (answer ? [[i + 2, answer]] : [])))
        const before = await rowsOf(source, 'S')
        await writeIntoWorkbook({ source, target, sheet: 'S', headerRow: 1 }, { names: ['a', 'b'], cells })
        const xml = strFromU8(partsOf(target)['xl/worksheets/sheet2.xml'] ?? new Uint8Array())
        expect(xml).not.toContain('<f')
        const [, head = '', body = ''] = /^([\s\S]*<sheetData>)([\s\S]*)$/.exec(xml) ?? []
        expect(head).not.toBe('')
        // Without the added cells it is what it was.
        const own = body.replace(/<c r="[CD]\d+"[^>]*>.*?<\/c>/gs, '')
        expect(head + own).toBe(strFromU8(partsOf(source)['xl/worksheets/sheet2.xml'] ?? new Uint8Array()))
        const after = await rowsOf(target, 'S')
        const shown = (text: string): string => text.replaceAll('\r\n', '\n')
        for (const [i, row] of before.rows.entries()) {
          expect(after.rows[i]?.slice(0, 2)).toEqual(row)
          const [answer = ''] = cells.get(i + 2) ?? []
          if (after.columns.includes('a')) expect(after.rows[i]?.[2]).toBe(shown(String(answer)))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('edits the same, whatever pieces its XML comes in', () => {
    const xml =
      '<?xml version="1.0"?><w><dimension ref="A1"/><sheetData><row r="1" spans="1:1"><c r="A1" t="str"><v>a &gt; b 👍</v></c></row><!-- <row> --><row r="2"/></sheetData></w>'
    const edited = (cuts: readonly number[]): string => {
      const editor = createSheetEditor({ column: 2, count: 1, cells: (row) => `<c r="C${String(row)}"/>` })
      const places = [0, ...cuts.toSorted((a, b) => a - b), xml.length]
      return places.map((from, i) => editor.write(xml.slice(from, places[i + 1] ?? from))).join('') + editor.end()
    }
    const whole = edited([])
    expect(whole).toContain('<dimension ref="A1:C1"/>')
    expect(whole).toContain(
      '<row r="1"><c r="A1" t="str"><v>a &gt; b 👍</v></c><c r="C1"/></row><!-- <row> --><row r="2"><c r="C2"/></row>',
    )
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: xml.length }), { maxLength: 20 }), (cuts) => {
        expect(edited(cuts)).toBe(whole)
      }),
    )
  })
})
