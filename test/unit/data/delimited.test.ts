// Delimited tables as people have them: quotes that break the rules, ragged rows, titles, comments, no names at all.
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()

const messages = [
  'The package came damaged',
  'My parcel has not arrived',
  'Please refund my payment',
  'The courier lost the box',
  'Sync has failed since May',
  'The app crashes',
  'The invoice is wrong',
  'I was charged twice',
]
const rows = messages.map((text, i) => [text, ['shipping', 'billing', 'technical'][i % 3] ?? ''])
const text = (header = 'text,label', delimiter = ','): string =>
  [header, ...rows.map((cells) => cells.join(delimiter))].join('\n')

const cellsOf = (table: { readonly rows: readonly { readonly cells: readonly string[] }[] }) =>
  table.rows.map(({ cells }) => cells)

describe('a quote that breaks the rules', () => {
  it.each([
    ['a tab', 'a.tsv', '\t'],
    ['a comma', 'a.csv', ','],
    ['a semicolon', 'a.csv', ';'],
  ])('costs no row where it is never closed, cells parted by %s', async (_, name, delimiter) => {
    const broken = text(`text${delimiter}label`, delimiter).replace('\nSync', '\n"Sync')
    const table = await read(name, broken)
    expect(cellsOf(table)).toEqual(rows.map(([cell = '', label]) => [cell.replace('Sync', '"Sync'), label]))
    expect(table.skipped).toEqual([])
    expect(table.notes).toEqual([expect.stringMatching(/quote .*: line 6\.$/) as string])
  })

  it('costs no row where another one far behind seems to close it', async () => {
    const broken = text().replace('\nMy', '\n"My').replace('\nThe app', '\n"The app')
    const table = await read('two.csv', broken)
    expect(table.rows).toHaveLength(rows.length)
    expect(table.notes).toEqual([expect.stringContaining('lines 3 and 7') as string])
  })

  it('costs no row where another one ends a cell further down', async () => {
    const broken = text().replace('\nMy', '\n"My').replace('crashes,technical', 'crashes,technical"')
    const table = await read('ends.csv', broken)
    expect(table.rows).toHaveLength(rows.length)
    expect(table.notes).toEqual([expect.stringContaining('line 3') as string])
  })

  it('may stand in a cell of several lines', async () => {
    const letter = 'Dear team,\nI said "hello, you" to them, twice\nBye'
    const table = await read('letter.csv', `text,label\n"${letter}",x\nplain,y\n`)
    expect(cellsOf(table)).toEqual([
      [letter, 'x'],
      ['plain', 'y'],
    ])
  })

  it('may stand unescaped in a quoted cell, or open a cell that goes on', async () => {
    const lines = ['text,label', '"a 5" pipe, long",x', '"Hello" he said,"y"', '"all, fine",z', 'plain,z']
    expect(cellsOf(await read('inner.csv', lines.join('\n')))).toEqual([
      ['a 5" pipe, long', 'x'],
      ['"Hello" he said', 'y'],
      ['all, fine', 'z'],
      ['plain', 'z'],
    ])
  })

  it('may stand behind a backslash', async () => {
    const lines = rows.map(([cell = '', label]) => `"He said \\"${cell}\\", twice",${label}`)
    const table = await read('backslash.csv', ['text,label', ...lines].join('\n'))
    expect(table.quoting).toBe('backslash')
    expect(cellsOf(table)).toEqual(rows.map(([cell = '', label]) => [`He said "${cell}", twice`, label]))
  })

  it('may stand behind a space', async () => {
    const table = await read('space.csv', 'text, label\n"one, two", "x"\n"three" , "y, z"\n')
    expect(cellsOf(table)).toEqual([
      ['one, two', 'x'],
      ['three', 'y, z'],
    ])
  })
})

it('keeps backslashes where quotes are doubled', async () => {
  const table = await read('paths.csv', 'text,label\n"C:\\dir\\",x\n"D:\\""a""",y\nE:\\f,z\n')
  expect(cellsOf(table)).toEqual([
    ['C:\\dir\\', 'x'],
    ['D:\\"a"', 'y'],
    ['E:\\f', 'z'],
  ])
})

describe('rows of other widths', () => {
  it('lose a delimiter at their end', async () => {
    const table = await read('trailing.csv', text().replaceAll(/(?<!label)$/gm, ','))
    expect(cellsOf(table)).toEqual(rows)
    expect(table.notes).toEqual([
      expect.stringMatching(/^8 rows end with empty cells .* lines 2, 3, 4, 5, 6 and 3 more/),
    ])
  })

  it('are filled up where a last cell is missing, and said', async () => {
    const table = await read('short.csv', text('text,label,note'))
    expect(cellsOf(table)).toEqual(rows.map((cells) => [...cells, '']))
    expect(table.notes).toEqual([expect.stringContaining('8 rows have fewer cells than columns') as string])
  })

  it('are refused with their line where cells have no column', async () => {
    const table = await read('long.csv', `${text()}\none,two,three\nfour,five`)
    expect(table.skipped).toEqual([{ line: 10, reason: '3 cells where the header has 2' }])
    expect(table.rows.at(-1)).toEqual({ row: 11, cells: ['four', 'five'] })
  })

  it('are left out where nothing stands in them', async () => {
    const table = await read('hollow.csv', `${text()}\n,\n,,\n \n"",""\n`)
    expect(table.skipped).toEqual([10, 11].map((line) => ({ line, reason: 'all of its cells are empty' })))
    expect(table.rows.at(-1)).toEqual({ row: 13, cells: ['', ''] })
  })

  it('have names for their numbers as R writes them', async () => {
    const table = await read(
      'r.csv',
      ['"text","label"', ...rows.map(([a, b], i) => `"${i + 1}","${a}","${b}"`)].join('\n'),
    )
    expect(table.columns).toEqual(['column 1', 'text', 'label'])
    expect(table.rows).toHaveLength(rows.length)
  })
})

describe('what stands above the names', () => {
  it.each([
    ['a comment', '# exported 2026-01-01\n', 2],
    ['a comment with a comma', '# exported 2026-01-01, by Ann\n', 2],
    ['a title and an empty row', 'Support messages export,\n,\n', 3],
    ['a title, its date and a blank line', 'Support messages\n2026-01-01\n\n', 4],
  ])('is left out and said: %s', async (_, above, line) => {
    const table = await read('above.csv', above + text())
    expect(table).toMatchObject({ columns: ['text', 'label'], headerLine: line })
    expect(cellsOf(table)).toEqual(rows)
    expect(table.notes[0]).toMatch(/^Left out above the first row: line 1, "/)
  })

  it('says which character parts the cells', async () => {
    const table = await read('sep.csv', `sep=;\n${text('text;label', ';')}`)
    expect(table).toMatchObject({ delimiter: ';', headerLine: 2, notes: [] })
    expect(cellsOf(table)).toEqual(rows)
  })
})

describe('names of columns', () => {
  it('are numbers where the first line is a row', async () => {
    const table = await read('none.csv', text().replace('text,label\n', ''))
    expect(table).toMatchObject({ columns: ['column 1', 'column 2'], headerLine: 0 })
    expect(table.rows[0]).toEqual({ row: 1, cells: rows[0] })
    expect(table.rows).toHaveLength(rows.length)
    expect(table.notes[0]).toMatch(/^Line 1 is a row, not names/)
  })

  it.each([
    [
      'texts that all differ',
      'Please write to Ann today,Dear Ann how are you\nPlease thank Bob for all,Dear Bob many thanks indeed\n',
      0,
    ],
    ['numbers over numbers', 'great shop,5\nnever again,1\nwell done,4\n', 0],
    ['a name over numbers', 'remark,points\ngreat shop,5\nnever again,1\n', 1],
    [
      'questions over answers',
      'How do you like our new shop?,What can we do better for you?\nI like it a lot,You can open earlier please\n',
      1,
    ],
    ['unusual names', 'utterance_txt,cls\nhello there,greeting\nhi,greeting\n', 1],
    [
      'a value that is a usual name, again and again',
      'Where is it?,question\nI am fine,reply\nWho is it?,question\nWhat?,question\nHow?,question\n',
      0,
    ],
    ['names that stand again below', 'text,label\nhello,x\ntext,label\nbye,y\n', 1],
  ])('are told from rows: %s', async (_, content, headerLine) => {
    expect((await read('rule.csv', content)).headerLine).toBe(headerLine)
  })

  it('are no row where they stand again', async () => {
    const table = await read('again.csv', `${text()}\n${text()}`)
    expect(table.rows).toHaveLength(2 * rows.length)
    expect(table.skipped).toEqual([{ line: 10, reason: 'the names of the columns stand here again' }])
  })

  it('stand where a person says', async () => {
    const content = `${text('first,second')}\n`
    expect(await read('said.csv', content, { header: 0 })).toMatchObject({
      columns: ['column 1', 'column 2'],
      rows: [{ row: 1, cells: ['first', 'second'] }, ...rows.map((cells, i) => ({ row: i + 2, cells }))],
    })
    const second = await read('said.csv', content, { header: 2 })
    expect(second).toMatchObject({ columns: rows[0], headerLine: 2 })
    expect(second.rows).toHaveLength(rows.length - 1)
    await expect(read('said.csv', content, { header: 99 })).rejects.toMatchObject({ code: 'data/no-header-line' })
  })
})

describe('the delimiter', () => {
  it.each([
    ['decimal commas', 'price;size\n1,5;2,25\n3,75;4,5\n10,0;3,1\n', ';'],
    ['decimal commas without names', '1,5;2,25\n3,75;4,5\n10,0;3,1\n', ';'],
    ['commas in every text', 'text;label\nwell, yes;a\nno, not at all, never;b\nso, so;a\n', ';'],
    ['bars', 'text|label\none, two|x\nthree; four|y\n', '|'],
    ['carets', 'text^label\none, two^x\nthree; four^y\n', '^'],
    ['what Hive writes', 'text\u0001label\none, two\u0001x\nthree\u0001y\n', '\u0001'],
    ['tabs under the ending .csv', 'text\tlabel\none, two\tx\nthree\ty\n', '\t'],
    ['semicolons under the ending .tsv', 'text;label\none, two;x\nthree;y\n', ';'],
  ])('is found by what is alike, not by what is frequent: %s', async (name, content, delimiter) => {
    const table = await read(name.endsWith('.tsv') ? 'd.tsv' : 'd.csv', content)
    expect(table.delimiter).toBe(delimiter)
    expect(table.skipped).toEqual([])
  })

  it('is none where one column holds prose', async () => {
    const table = await read('prose.csv', 'text\nHello, world\nFine\nSo, so\n"quoted, too"\n')
    expect(table).toMatchObject({ columns: ['text'], skipped: [] })
    expect(cellsOf(table)).toEqual([['Hello, world'], ['Fine'], ['So, so'], ['quoted, too']])
  })

  it('is what a person says', async () => {
    const table = await read('said.csv', 'a;b,c;d\n1;2,3;4\n', { delimiter: ',' })
    expect(table.columns).toEqual(['a;b', 'c;d'])
  })
})

describe('a title above the names', () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `0${String((i % 9) + 1)}.06.2025;Nachricht ${String(i)} mit Text;Versand`,
  )
  const table = ['Datum;Nachricht;Kategorie', ...rows].join('\n')

  it.each([
    ['and an empty line', 'Kundenfeedback Export 2025\n\n', 3],
    ['and a line of empty cells', 'Kundenfeedback Export 2025;;\n;;\n', 3],
    ['that has a delimiter itself, and an empty line', 'Kundenfeedback Export 2025; Stand: 01.06.2025\n\n', 3],
    ['of two lines and an empty one', 'Export; alles\nvon Anna; am 1. Juni\n\n', 4],
    ['alone', 'Kundenfeedback Export 2025\n', 2],
  ])('%s is left out, and said', async (_, title, line) => {
    const found = await read('title.csv', title + table)
    expect(found).toMatchObject({ columns: ['Datum', 'Nachricht', 'Kategorie'], headerLine: line, skipped: [] })
    expect(found.rows).toHaveLength(30)
    expect(found.notes.join()).toContain('Left out above the first row: line 1')
  })

  it('is none where it is the names, and an empty line stands below them', async () => {
    const found = await read('gap.csv', table.replace('\n', '\n\n'))
    expect(found).toMatchObject({ columns: ['Datum', 'Nachricht', 'Kategorie'], headerLine: 1 })
    expect(found.rows).toHaveLength(30)
  })
})
