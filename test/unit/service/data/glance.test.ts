// Looking at the beginning of a file, at every choice of how it is read: what a person sees before anything is imported.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { writeXlsx } from '../../../support/write-xlsx.ts'

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return (choices = {}) => service.call('data.glance', { path, choices })
  }
}

const rows = Array.from({ length: 300 }, (_, i) => [
  `Message number ${String(i)} is here`,
  ['a', 'b', 'c'][i % 3] ?? '',
])

it('shows the first rows, the lines that may be the names, and the roles', async () => {
  const file = await start()
  const glance = file('mail.csv', ['Export; of today', '', 'text;team', ...rows.map((row) => row.join(';'))].join('\n'))
  const found = await glance()
  expect(found).toMatchObject({
    columns: ['text', 'team'],
    taken: { headerLine: 3, delimiter: ';' },
    roles: { text: 'text', label: 'team', task: 'classification' },
    skipped: [],
    rows: undefined,
  })
  expect(found.first).toHaveLength(10)
  expect(found.head.slice(0, 3)).toEqual([
    { line: 1, cells: ['Export', ' of today'] },
    { line: 3, cells: ['text', 'team'] },
    { line: 4, cells: ['Message number 0 is here', 'a'] },
  ])
  expect(await glance({ header: 0 })).toMatchObject({ columns: ['column 1', 'column 2'], taken: { headerLine: 0 } })
  expect((await glance({ delimiter: ',' })).columns).toEqual(['Export; of today'])
})

it('takes the fullest sheet of a workbook, and another where it is chosen', async () => {
  const file = await start()
  const glance = file(
    'two.xlsx',
    writeXlsx([
      {
        name: 'Pivot',
        rows: [
          ['Category', 'Count'],
          ['billing', { number: 60 }],
        ],
      },
      { name: 'Feedback', rows: [['Message', 'Category'], ...rows] },
    ]),
  )
  expect(await glance()).toMatchObject({ columns: ['Message', 'Category'], rows: 300, taken: { sheet: 'Feedback' } })
  expect(await glance({ sheet: 'Pivot' })).toMatchObject({ columns: ['Category', 'Count'], rows: 1 })
})

it('reads plain lines as a table where a delimiter is chosen', async () => {
  const file = await start()
  const glance = file('list.txt', 'one thing and another\nsome more, or less\nthe end of it\n')
  expect(await glance()).toMatchObject({ columns: ['text'], taken: { format: 'lines' } })
  expect(await glance({ delimiter: ' ' })).toMatchObject({ taken: { format: 'csv', delimiter: ' ' } })
})

it('shows other letters under another encoding', async () => {
  const file = await start()
  const glance = file(
    'letters.csv',
    iconv.encode('text,label\nПосылка не пришла,доставка\nВерните деньги,оплата\n', 'windows-1251'),
  )
  expect((await glance({ encoding: 'windows-1251' })).first[0]?.cells).toEqual(['Посылка не пришла', 'доставка'])
  expect((await glance({ encoding: 'koi8-r' })).first[0]?.cells[0]).not.toBe('Посылка не пришла')
})

it('has no rows, and no error, where none can be read by these choices', async () => {
  const file = await start()
  const glance = file('last.csv', 'text,label\none,a\ntwo,b\n')
  const found = await glance({ header: 3 })
  expect(found).toMatchObject({ columns: ['two', 'b'], first: [], rows: 0 })
})

it('cuts long cells', async () => {
  const file = await start()
  const glance = file('long.csv', `text,label\n${'x'.repeat(5000)},a\n`)
  expect((await glance()).first[0]?.cells[0]).toHaveLength(301)
})
