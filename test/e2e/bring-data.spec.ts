// Journey 2: a table is dropped or pasted, in whatever form; its columns get roles, the model's text is shown, problems are mended.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { writeXlsx } from '../support/write-xlsx.ts'
import { bring, importButton } from './support/bring.ts'
import { drop, dropPaths } from './support/drop.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const role = (page: Page, column: string) => page.getByLabel(`Role of ${column}`)
const section = (page: Page, title: string) => page.locator('section').filter({ hasText: title })
const total = (page: Page, rows: number) =>
  expect(page.getByRole('grid', { name: 'Rows of the data set' })).toHaveAttribute('aria-rowcount', String(rows + 1))

test.describe('a table', () => {
  const studio = useStudio(async (running) => {
    await running.addTinyModel()
  })

  test('in Windows-1252 is dropped anywhere, and its letters and bad rows are what they are', async ({ page }) => {
    await studio.open(page, '#/models')
    const lines = ['message;team', 'Der Käse war schlecht – wirklich;küche', 'nur eins', 'Größe 5 € fehlt;lager']
    // The dash and the euro sign stand where Latin-1 has none.
    const bytes = Buffer.from(lines.join('\r\n').replaceAll('–', '\x96').replaceAll('€', '\x80'), 'latin1')
    await bring(page, 'post.csv', bytes)
    await expect(page.getByText('2 rows of post.csv imported.')).toBeVisible()
    await expect(page.getByRole('cell', { name: 'Der Käse war schlecht – wirklich' })).toBeVisible()
    await expect(page.getByRole('cell', { name: 'Größe 5 € fehlt' })).toBeVisible()
    await page.getByText('1 row could not be read and was skipped').click()
    await expect(page.getByText('line 3: 1 cell where the header has 2')).toBeVisible()
    await inspect(page, 'bring-received')
  })

  test('of Excel and one of Parquet come in like any other', async ({ page }) => {
    await studio.open(page)
    const rows = [
      ['When', 'Message', 'Team'],
      [{ number: 46082, code: 'dd.mm.yyyy' }, 'The parcel came late', 'delivery'],
      [{ number: 46083, code: 'dd.mm.yyyy' }, 'Where is my invoice', 'billing'],
    ]
    await bring(page, 'mail.xlsx', writeXlsx([{ rows: [] }, { rows }]))
    await expect(page.getByText('2 rows of mail.xlsx imported.')).toBeVisible()
    await expect(page.getByRole('cell', { name: '2026-03-01' })).toBeVisible()
    await expect(role(page, 'Message')).toHaveValue('text')
    await expect(role(page, 'Team')).toHaveValue('label')

    const data = { text: ['Great shop', 'Terrible shop'], label: ['good', 'bad'] }
    const columnData = Object.entries(data).map(([name, values]) => ({ name, data: values }))
    await bring(page, 'reviews.parquet', new Uint8Array(parquetWriteBuffer({ columnData })))
    await expect(page.getByText('2 rows of reviews.parquet imported.')).toBeVisible()
    await expect(page.getByRole('cell', { name: 'Terrible shop' })).toBeVisible()
  })

  test('in a folder comes with what names its labels; a folder without one says so in a sentence', async ({ page }) => {
    const folder = (name: string, files: Readonly<Record<string, string>>): string => {
      for (const [file, text] of Object.entries(files)) {
        const path = join(studio.home, 'dropped', name, file)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }
      return join(studio.home, 'dropped', name)
    }
    const table = 'text,label\nIt broke,0\nIt works,1\n'
    const names = '---\ndataset_info: {features: [{name: label, dtype: {class_label: {names: [no, yes]}}}]}\n---\n'
    const hub = folder('hub', { 'README.md': names, 'data/train.csv': table })
    const several = folder('several', { 'a.csv': table, 'b.csv': table })
    const model = folder('a model', { 'config.json': '{"a":1}', 'model.safetensors': 'x' })
    await studio.open(page, '#/data')
    await expect(page.getByRole('button', { name: 'Choose a file' })).toBeVisible()
    for (const [paths, sentence] of [
      [[model], 'a model holds no table that the studio can read.'],
      [[folder('deep', { 'x/y/z.csv': table })], 'deep holds no table that the studio can read.'],
      [[several], 'These are several tables: a.csv, b.csv.'],
      [[hub, several], 'Drop one folder at a time'],
    ] as const) {
      await dropPaths(page, paths)
      await expect(page.getByText(sentence)).toBeVisible()
      await expect(page).toHaveURL(/#\/data$/)
    }
    await dropPaths(page, [hub])
    await expect(page.getByRole('cell', { name: 'yes', exact: true })).toBeVisible()
    await importButton(page).click()
    await expect(page.getByText('2 rows of train.csv imported.')).toBeVisible()
  })

  test('is pasted, as cells of a spreadsheet or as lines of JSON', async ({ page }) => {
    await studio.open(page, '#/data')
    for (const [name, pasted] of [
      ['Cells', 'text\tlabel\nIt works, again\tpraise\nIt broke\tblame'],
      ['Objects', '{"text": "It works, again", "label": "praise"}\n{"text": "It broke", "label": "blame"}'],
    ] as const) {
      await page.goto(page.url().replace(/#.*/, '#/data'))
      await page.getByRole('button', { name: 'Paste a table' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByLabel('The table').fill(pasted)
      await dialog.getByRole('button', { name: 'Next' }).click()
      await importButton(page).click()
      await expect(page.getByText(new RegExp(`2 rows of ${name}\\..* imported`))).toBeVisible()
      await expect(page.getByRole('cell', { name: 'It works, again' })).toBeVisible()
    }
  })

  test('that is broken is refused in one sentence, and the next one can be chosen', async ({ page }) => {
    await studio.open(page, '#/data')
    const whole = writeXlsx([{ rows: [['text'], ['one']] }])
    const sets = (await studio.call('data.list', {})).length
    for (const [name, bytes, sentence] of [
      ['cut.xlsx', whole.subarray(0, whole.length - 30), 'cut.xlsx is damaged or incomplete: its end is missing. Save'],
      ['old.xls', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), 'old.xls is an old Excel file or has a password.'],
      [
        'photo.png',
        Uint8Array.of(0x89, 0x50, 0, 0, 0, 13),
        'photo.png is not a kind of file that the studio can read.',
      ],
      ['nothing.csv', new Uint8Array(), 'nothing.csv is empty.'],
    ] as const) {
      await drop(page, name, bytes)
      await expect(page.getByRole('alert')).toContainText(sentence)
    }
    await inspect(page, 'bring-broken')
    await page.locator('input[type=file]').setInputFiles({
      name: 'fine.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('A first line, with a comma.\nA second line.\n'),
    })
    await importButton(page).click()
    await expect(page.getByText('2 rows of fine.txt imported.')).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
    expect((await studio.call('data.list', {})).length).toBe(sets + 1)
    await expect(role(page, 'text').getByRole('option', { name: 'Right answer' })).toBeDisabled()
    await inspect(page, 'bring-lines')
  })
})

test.describe('a table with problems', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    await running.addTinyModel()
  })
  const messages = (about: string, label: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${about} message number ${String(i)},${label},${String(i)}`)
  const lines = [
    'message,team,ticket',
    ...messages('parcel', 'delivery', 20),
    ...messages('invoice', 'billing', 12),
    'Where is it,Delivery,99',
    'parcel message number 3,delivery,3',
    'Nobody answers me,,77',
    `${'A very long story about a parcel. '.repeat(9)},billing,78`,
  ]

  test('has its columns’ roles guessed; a click changes them', async ({ page }) => {
    await studio.open(page)
    await bring(page, 'tickets.csv', Buffer.from(lines.join('\n')))
    await expect(page.getByText('36 rows of tickets.csv imported.')).toBeVisible()
    dataset = Number(/#\/data\/(\d+)/.exec(page.url())?.[1])
    await expect(page.getByText('The studio guessed; change what is wrong.')).toBeVisible()
    await expect(role(page, 'message')).toHaveValue('text')
    await expect(role(page, 'team')).toHaveValue('label')
    await expect(role(page, 'ticket')).toHaveValue('none')

    await role(page, 'ticket').selectOption('label')
    await expect(role(page, 'team')).toHaveValue('none')
    await expect(page.getByText('The studio guessed')).toHaveCount(0)
    await role(page, 'team').selectOption('label')
    await expect(role(page, 'ticket')).toHaveValue('none')
    await role(page, 'team').selectOption('text')
    await expect(role(page, 'message')).toHaveValue('label')
    await role(page, 'message').selectOption('text')
    await expect(role(page, 'team')).toHaveValue('label')
  })

  test('shows exactly what the model will read, with what is trained marked and all tokens counted', async ({
    page,
  }) => {
    await studio.open(page, `#/data/${String(dataset)}`)
    const preview = section(page, 'What the model will read')
    await expect(preview.locator('mark')).toHaveAttribute('title', /^what the adapter acts on: \d$/)
    await expect(preview).toContainText('parcel message number 0')
    await expect(preview).toContainText(/\d+ of \d+ tokens/)
    await preview.getByRole('button', { name: 'Next row' }).click()
    await expect(preview).toContainText('parcel message number 1')
    // Other roles, another text.
    await role(page, 'ticket').selectOption('text')
    await expect(preview).not.toContainText('message number')
    await role(page, 'message').selectOption('text')
    await expect(preview).toContainText('parcel message number 1')
    await inspect(page, 'bring-overview')
  })

  test('counts its answers and lengths, and a click on a bar shows its rows', async ({ page }) => {
    await studio.open(page, `#/data/${String(dataset)}`)
    await page.getByRole('button', { name: /^billing 13$/ }).click()
    await total(page, 13)
    await page.getByRole('button', { name: 'Remove the filter answer: billing' }).click()
    await total(page, 36)
    await page.getByRole('link', { name: 'Overview' }).click()
    await page
      .getByRole('button', { name: /characters: 1 row$/ })
      .last()
      .click()
    await total(page, 1)
    await expect(page.getByRole('grid')).toContainText('A very long story')
  })

  test('is mended by one click for each problem, and each can be taken back', async ({ page }) => {
    await studio.open(page, `#/data/${String(dataset)}`)
    const problems = section(page, 'Problems')
    const problem = (title: string) => problems.getByRole('listitem').filter({ hasText: title })
    await problems.scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, 2000)
    await inspect(page, 'bring-problems')
    await problem('an earlier one').getByRole('button', { name: 'Show the rows' }).click()
    await total(page, 1)
    await page.getByRole('link', { name: 'Overview' }).click()

    await problem('an answer differently').getByRole('button', { name: 'Use one spelling' }).click()
    await expect(problem('an answer differently')).toHaveCount(0)
    await expect(page.getByRole('button', { name: /^delivery 22$/ })).toBeVisible()
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
    await expect(problem('an answer differently')).toBeVisible()
    await expect(page.getByRole('button', { name: /^Delivery 1$/ })).toBeVisible()

    for (const [title, button] of [
      ['an answer differently', 'Use one spelling'],
      ['no answer', 'Exclude them'],
      ['an earlier one', 'Exclude the duplicates'],
    ] as const) {
      await problem(title).getByRole('button', { name: button }).click()
      await expect(problem(title)).toHaveCount(0)
    }
    await expect(page.getByText('No problem was found in the rows.')).toBeVisible()
    expect(await studio.call('data.show', { dataset })).toMatchObject({ rows: 34, excluded: 2 })
  })
})
