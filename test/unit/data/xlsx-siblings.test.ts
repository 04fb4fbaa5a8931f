// What workbooks hold beside a plain table: other sheets, titles, merged and hidden cells, errors, empty columns.
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'
import { type Cell, type SheetToWrite, writeXlsx, xlsxParts, zipParts } from '../../support/write-xlsx.ts'

const { read } = useTables()
const xml = (cell: string): Cell => ({ xml: cell })
const cellsOf = ({ rows }: Awaited<ReturnType<typeof read>>) => rows.map(({ cells }) => cells)
const data: SheetToWrite = {
  name: 'data',
  rows: [
    ['text', 'label'],
    ['one', 'x'],
    ['two', 'y'],
  ],
}
const readme: SheetToWrite = {
  name: 'Read me',
  rows: [['This workbook holds messages.'], ['See sheet data.'], ['2026']],
}

describe('the sheet', () => {
  it('is the fullest one, and the others are named', async () => {
    const found = await read('readme.xlsx', writeXlsx([readme, data, { ...data, name: 'old', hidden: true }]))
    expect(cellsOf(found)).toEqual([
      ['one', 'x'],
      ['two', 'y'],
    ])
    expect(found).toMatchObject({ sheet: 'data', sheets: ['Read me', 'data', 'old'], headerLine: 1 })
    expect(found.notes).toEqual([
      'Other sheets of the workbook are not read: “Read me”.',
      'Hidden sheets are not read: “old”.',
    ])
  })

  it('can be chosen, hidden or not; one that is not there is refused with the names', async () => {
    const file = writeXlsx([readme, { ...data, hidden: true }])
    expect((await read('chosen.xlsx', file, { sheet: 'data' })).rows).toHaveLength(2)
    await expect(read('none.xlsx', file, { sheet: 'Data ' })).rejects.toMatchObject({
      code: 'data/no-sheet',
      message: expect.stringContaining('Read me, data') as string,
    })
  })
})

describe('the names of the columns', () => {
  const rows = [['Support messages', undefined], undefined, ['text', 'label'], ['one', 'x'], ['two', 'y']]

  it('may stand below a title, which is named', async () => {
    const found = await read('title.xlsx', writeXlsx([{ rows }]))
    expect(found).toMatchObject({ columns: ['text', 'label'], headerLine: 3 })
    expect(found.notes).toEqual(['Left out above the first row: line 1, "Support messages".'])
  })

  it('can be chosen, or that there are none', async () => {
    expect(await read('chosen.xlsx', writeXlsx([{ rows }]), { header: 4 })).toMatchObject({
      columns: ['one', 'x'],
      rows: [{ row: 5 }],
    })
    expect(await read('none.xlsx', writeXlsx([data]), { header: 0 })).toMatchObject({
      columns: ['column 1', 'column 2'],
      rows: [{ row: 1 }, { row: 2 }, { row: 3 }],
    })
    await expect(read('no.xlsx', writeXlsx([{ rows }]), { header: 2 })).rejects.toMatchObject({
      code: 'data/no-header-line',
    })
  })

  it('may be missing where most rows have a value', async () => {
    const rows = [
      ['text', 'label'],
      ['one', 'x', 'a'],
      ['two', 'y', 'b'],
      ['three', 'z'],
    ]
    const found = await read('unnamed.xlsx', writeXlsx([{ rows }]))
    expect(found.columns).toEqual(['text', 'label', 'column 3'])
    expect(cellsOf(found).map((cells) => cells[2])).toEqual(['a', 'b', ''])
  })
})

describe('merged cells', () => {
  it('fill their range, below the names only, and no row that has nothing else', async () => {
    const rows = [['text', 'label'], ['one', 'x'], ['two'], ['three', undefined, 'z'], undefined, ['four', 'y']]
    const behind =
      '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="B2:B5"/><mergeCell ref="B3:C3"/><mergeCell ref="x"/></mergeCells>'
    const found = await read('merged.xlsx', writeXlsx([{ rows, behind }]))
    expect(cellsOf(found)).toEqual([
      ['one', 'x'],
      ['two', 'x'],
      ['four', 'y'],
    ])
    expect(found.skipped).toEqual([{ line: 4, reason: '3 cells where the header has 2' }])
    expect(found.notes).toEqual(['Merged cells fill their range with their value (2 ranges).'])
  })
})

describe('what cannot be seen in the rows', () => {
  it('is said: hidden rows and columns, errors, formulas without values, comments', async () => {
    const rows = [
      ['text', 'label'],
      [xml('<c r="A2" t="e"><v>#N/A</v></c>'), 'x'],
      [xml('<c r="A3"><f>B3</f></c>'), 'y'],
    ]
    const before = '<cols><col min="2" max="3" hidden="1"/><col min="1" max="1"/></cols>'
    const parts = xlsxParts([{ rows, before }])
    const sheet = 'xl/worksheets/sheet1.xml'
    const found = await read(
      'said.xlsx',
      zipParts({
        ...parts,
        [sheet]: parts[sheet]?.replace('<row r="3"', '<row r="3" hidden="1"') ?? '',
        'xl/worksheets/_rels/sheet1.xml.rels':
          '<Relationships><Relationship Id="c" Type="x/comments" Target="../comments1.xml"/></Relationships>',
      }),
    )
    expect(cellsOf(found)).toEqual([
      ['#N/A', 'x'],
      ['', 'y'],
    ])
    expect(found.notes.map((note) => note.split(/[(:]/)[0]?.trim())).toEqual([
      'Hidden rows are read like all others',
      'Hidden columns are read like all others',
      'Cells that hold an error, such as #N/A, are read as that text',
      'Formulas that no program has computed are read as empty',
      'Notes and comments at cells are not read.',
    ])
  })
})

describe('columns without any value', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `h${String(i)}`)

  it('are left out where they are many or have no name, so that a small file stays a small data set', async () => {
    const filler = Array.from({ length: 300 }, () => xml('<c r="ALL1" t="str"><v>a</v></c>'))
    const found = await read('amplify.xlsx', writeXlsx([{ rows: [names, ...filler.map((cell) => [cell])] }]))
    expect(found.columns).toEqual(['h999'])
    expect(found.rows).toHaveLength(300)
    expect(found.notes).toEqual(['Columns without any value are left out: “h0”, “h1”, “h2”, “h3”, “h4” and 994 more.'])
  })

  it('are taken where a person may mean to fill them', async () => {
    const found = await read('fill.xlsx', writeXlsx([{ rows: [['text', '', 'label'], ['one'], ['two']] }]))
    expect(found.columns).toEqual(['text', 'label'])
    expect(cellsOf(found)).toEqual([
      ['one', ''],
      ['two', ''],
    ])
  })
})

describe('bounds', () => {
  it('of a row hold where one shared string fills many cells', async () => {
    const long = 'a'.repeat(3_900_000)
    const found = await read(
      'long.xlsx',
      writeXlsx([
        {
          rows: [
            ['text', 'label'],
            [long, long],
            [long, 'x'],
          ],
        },
      ]),
    )
    expect(found.rows.map(({ row }) => row)).toEqual([3])
    expect(found.skipped).toEqual([{ line: 2, reason: 'it is longer than 4 MB' }])
  })

  it.each([
    ['xl/workbook.bin', 'binary Excel'],
    ['content.xml', 'OpenDocument'],
    ['Index/Document.iwa', 'Numbers'],
  ])('of what is read are said for tables of other programs: %s', async (part, kind) => {
    await expect(read('other.xlsx', zipParts({ mimetype: 'x', [part]: '<x/>' }))).rejects.toMatchObject({
      code: 'data/other-workbook',
      message: expect.stringContaining(kind) as string,
    })
  })
})
