// Excel workbooks: cells as people see them, bad rows named, and no bytes that bring the reader down.
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'
import { type Cell, writeXlsx, xlsxParts, zipParts } from '../../support/write-xlsx.ts'

const { read } = useTables()
const table = (rows: readonly (readonly Cell[] | undefined)[]) => writeXlsx([{ rows }])
const cellsOf = async (rows: readonly (readonly Cell[])[], options = {}) =>
  (await read('cells.xlsx', writeXlsx([{ rows: [['a', 'b', 'c'], ...rows] }], options))).rows.map(({ cells }) => cells)

describe('a workbook', () => {
  it('gives its first row as columns, and names rows by their numbers in the sheet', async () => {
    const rows = [undefined, ['text', 'label'], ['The parcel\ncame <late>', 'x'], undefined, ['', ' '], ['fine', 'y']]
    expect(await read('a.xlsx', table(rows))).toMatchObject({
      format: 'xlsx',
      columns: ['text', 'label'],
      rows: [
        { row: 3, cells: ['The parcel\ncame <late>', 'x'] },
        { row: 6, cells: ['fine', 'y'] },
      ],
      skipped: [],
    })
  })

  it('is recognised by its bytes, whatever its ending, packed or not', async () => {
    const rows = [['text'], ['one']]
    expect((await read('a.csv', table(rows))).rows).toHaveLength(1)
    expect((await read('b', writeXlsx([{ rows }], { level: 0 }))).rows).toHaveLength(1)
  })

  it('gives the first sheet that has a header and rows, and none that is hidden', async () => {
    const sheets = [
      { rows: [['hidden'], ['1']], hidden: true },
      { rows: [] },
      { rows: [['Report of March']] },
      { rows: [['text'], ['seen']] },
    ]
    expect((await read('sheets.xlsx', writeXlsx(sheets))).rows).toEqual([{ row: 2, cells: ['seen'] }])
    expect((await read('hidden.xlsx', writeXlsx(sheets.slice(0, 1)))).columns).toEqual(['hidden'])
  })

  it('shows numbers as their format does', async () => {
    const numbers: [number, string | undefined, string][] = [
      [0.1 + 0.2, undefined, '0.3'],
      [1234.5, '#,##0.00', '1,234.50'],
      [-1234.5, '#,##0.00;(#,##0.00)', '-1,234.50'],
      [7, '00000', '00007'],
      [0.125, '0.0%', '12.5%'],
      [12.5, '"$"#,##0.00', '$12.50'],
      [12.5, '0.00\\ [$€-407]', '12.50 €'],
      [3, '0 "pieces"', '3 pieces'],
      [0.5, '0 %', '50 %'],
      [2.5, '0.00E+00', '2.5'],
      [2.5, '# ?/?', '2.5'],
      [42, '[Red]0', '42'],
      [5, '@', '5'],
    ]
    const shown = await cellsOf(numbers.map(([number, code]) => [{ number, ...(code === undefined ? {} : { code }) }]))
    expect(shown.map(([cell]) => cell)).toEqual(numbers.map(([, , text]) => text))
  })

  it('shows dates and times as text that sorts', async () => {
    const dates: [number, string, string][] = [
      [46082, 'dd/mm/yyyy', '2026-03-01'],
      [46082.6041666667, 'm/d/yy h:mm', '2026-03-01 14:30'],
      [0.25 + 5 / 86_400, 'hh:mm:ss', '06:00:05'],
      [1.5, '[h]:mm', '36:00'],
      [1, 'yyyy-mm-dd', '1900-01-01'],
      [61, 'yyyy-mm-dd', '1900-03-01'],
      [-1, 'yyyy-mm-dd', '-1'],
      [46082, 'mmm', '2026-03-01'],
    ]
    const rows = dates.map(([number, code]) => [{ number, code }])
    expect((await cellsOf(rows)).map(([cell]) => cell)).toEqual(dates.map(([, , text]) => text))
    expect(await cellsOf([[{ number: 44620, code: 'yyyy-mm-dd' }]], { from1904: true })).toEqual([
      ['2026-03-01', '', ''],
    ])
  })

  it('reads texts of several fonts, in place, of formulas, truth values and errors', async () => {
    const xml = (cell: string): Cell => ({ xml: cell })
    expect(
      await cellsOf([
        [xml('<c t="inlineStr"><is><r><t>two </t></r><r><t>fonts</t></r><rPh><t>spoken</t></rPh></is></c>')],
        [xml('<c r="B3" t="str"><f>A1&amp;"x"</f><v>made</v></c>')],
        [xml('<c t="b"><v>1</v></c>'), xml('<c t="b"><v>0</v></c>'), xml('<c t="e"><v>#N/A</v></c>')],
        [xml('<c t="str"><v>one_x000D_\nline</v></c>'), xml('<c s="1"/>'), xml('<c t="n"><v> </v></c>')],
      ]),
    ).toEqual([
      ['two fonts', '', ''],
      ['', 'made', ''],
      ['TRUE', 'FALSE', '#N/A'],
      ['one\nline', '', ''],
    ])
  })

  it('names a bad row and reads the others', async () => {
    const xml = (cell: string): Cell => ({ xml: cell })
    const bad = await read(
      'bad.xlsx',
      table([
        ['text', 'label'],
        ['a', 'x', 'more'],
        [xml('<c r="B3" t="s"><v>99</v></c>')],
        [xml('<c r="A4"><v>12x</v></c>')],
        [xml('<c r="ZZZ5"><v>1</v></c>')],
        ['fine', 'y'],
      ]),
    )
    expect(bad.rows).toEqual([{ row: 6, cells: ['fine', 'y'] }])
    expect(bad.skipped).toEqual([
      { line: 2, reason: '3 cells where the header has 2' },
      { line: 3, reason: 'the cell in column B cannot be read' },
      { line: 4, reason: 'the cell in column A cannot be read' },
      { line: 5, reason: 'a cell in it is in no column' },
    ])
  })

  it('says where the sheet breaks off, and keeps what stands above', async () => {
    const parts = xlsxParts([{ rows: [['text'], ['one'], ['two']] }])
    const sheet = parts['xl/worksheets/sheet1.xml'] ?? ''
    const cut = await read('cut.xlsx', zipParts({ ...parts, 'xl/worksheets/sheet1.xml': sheet.slice(0, -40) }))
    expect(cut.rows.map(({ cells }) => cells)).toEqual([['one']])
    expect(cut.skipped).toEqual([{ line: 3, reason: expect.stringContaining('damaged here') as string }])
  })

  it('comes in small chunks', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [`text ${String(i)}`, { number: i }])
    const many = await read('many.xlsx', table([['text', 'label'], ...rows]))
    expect(many.rows).toHaveLength(5000)
    expect(many.largestChunk).toBeLessThanOrEqual(1000)
  })

  it('gives back any texts', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 12 })

      .map((text) => text.toWellFormed().replace(/[\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-f]{4}_/gi, ''))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), async (rows) => {
        const { rows: found } = await read('any.xlsx', table([['text', 'label'], ...rows, ['last', '']]))
        const seen = [...rows, ['last', '']].flatMap((cells, i) =>
          cells.some((text) => text.trim()) ? [{ row: i + 2, cells }] : [],
        )
        expect(found).toEqual(seen)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a file that is no workbook to read', () => {
  const whole = table([['text'], ['one']])
  it.each([
    ['cut off', 'a.xlsx', whole.subarray(0, whole.length - 30), 'data/damaged', 'incomplete'],
    ['another archive', 'b.zip', zipSync({ 'a.csv': strToU8('text\none') }), 'data/not-workbook', 'Unpack it'],
    ['an old or locked workbook', 'c.xls', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0), 'data/old-excel', 'password'],
    ['empty', 'd.xlsx', table([]), 'data/no-rows', 'no row'],
    ['only a header', 'e.xlsx', table([['text']]), 'data/no-rows', 'no row'],
  ])('is refused in a sentence: %s', async (_, name, bytes, code, words) => {
    await expect(read(name, bytes)).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string })
  })

  it('is refused where it unpacks beyond all measure', async () => {
    const parts = xlsxParts([{ rows: [['text'], ['one']] }])
    const bomb = zipSync({
      ...Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])),
      'xl/styles.xml': new Uint8Array(70 << 20).fill(32),
    })
    await expect(read('bomb.xlsx', bomb)).rejects.toMatchObject({
      code: expect.stringMatching(/too-large|damaged/) as string,
    })
  })

  it('does not follow entities', async () => {
    const parts = xlsxParts([{ rows: [['text'], ['one']] }])
    const strings = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    const file = zipParts({ ...parts, 'xl/sharedStrings.xml': strings })
    await expect(read('entities.xlsx', file)).rejects.toMatchObject({ code: 'data/damaged' })
  })
})

describe('a damaged sheet', () => {
  it('gives a row that stands in another one once', async () => {
    const parts = xlsxParts([{ rows: [['text'], ['one'], ['two']] }])
    const sheet = 'xl/worksheets/sheet1.xml'
    const nested = parts[sheet]?.replace('</row><row r="3"', '<row r="3"').replace('</sheetData>', '</row></sheetData>')
    const { rows } = await read('nested.xlsx', zipParts({ ...parts, [sheet]: nested ?? '' }))
    expect(rows.map(({ row }) => row)).toEqual([3])
  })
})

describe('any bytes', () => {
  const parts = xlsxParts([
    {
      rows: [
        ['text', 'label'],
        ['one', 'x'],
        ['two', { number: 4, code: '0.0' }],
        ['three', 'y'],
      ],
    },
  ])
  const stored = zipParts(parts, 0)
  const packed = zipParts(parts)
  const changes = fc.array(fc.tuple(fc.nat(8000), fc.nat(255)), { minLength: 1, maxLength: 8 })
  const bytes = fc.tuple(fc.constantFrom(stored, packed), changes, fc.boolean()).map(([file, each, cut]) => {
    const copy = Uint8Array.from(file)
    for (const [at, byte] of each) copy[4 + (at % (copy.length - 4))] = byte
    return cut ? copy.subarray(0, 4 + ((each[0]?.[0] ?? 0) % copy.length)) : copy
  })
  /** The archive is whole, but a file in it is not. */
  const within = fc.tuple(fc.constantFrom(...Object.keys(parts)), changes).map(([name, each]) => {
    const copy = strToU8(parts[name] ?? '')
    for (const [at, byte] of each) copy[at % copy.length] = byte
    return zipSync({
      ...Object.fromEntries(Object.entries(parts).map(([key, text]) => [key, strToU8(text)])),
      [name]: copy,
    })
  })
  const noise = fc.uint8Array({ maxLength: 300 }).map((some) => Uint8Array.of(0x50, 0x4b, 3, 4, ...some))

  it('are read with rows as wide as the header, or refused by a typed error', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, within, noise), async (file) => {
        try {
          const { rows, columns } = await read('f.xlsx', file)
          expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length)
          for (const { cells } of rows) expect(cells).toHaveLength(columns.length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^data\//) as string })
        }
      }),
      { numRuns: 1000 },
    )
  })
})
