// An import that is steered: every guess stands there, a change shows its outcome, and the table can be taken out again.
import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { strFromU8, unzipSync } from 'fflate'
import iconv from 'iconv-lite'
import { languages } from '../fixtures/text/languages.ts'
import { writeXlsx } from '../support/write-xlsx.ts'
import { bring, importButton } from './support/bring.ts'
import { drop } from './support/drop.ts'
import { hold } from './support/hold.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const role = (page: Page, column: string) => page.getByLabel(`Role of ${column}`)
const cell = (page: Page, text: string) => page.getByRole('cell', { name: text, exact: true }).first()
const columns = (page: Page) => page.locator('th .name').allTextContents()

const studio = useStudio(async (running) => {
  await running.addTinyModel()
})

test('starts empty, and leads to the files', async ({ page }) => {
  await studio.open(page, '#/data/import')
  await expect(page.getByRole('heading', { name: 'No file is being imported' })).toBeVisible()
  await inspect(page, 'import-empty')
  await page.getByRole('link', { name: 'Choose a file' }).click()
  await expect(page.getByRole('button', { name: 'Paste a table' })).toBeVisible()
})

test('says that it looks at the file until its rows are there, and imports nothing before', async ({ page }) => {
  await studio.open(page, '#/data')
  const held = await hold(page, 'data.glance')
  await drop(page, 'slow.csv', Buffer.from('text,label\nIt broke,bad\nIt works,good\n'))
  await expect(page.getByRole('heading', { name: 'Import slow.csv' })).toBeVisible()
  await expect(page.getByRole('progressbar', { name: 'Looking at the file' })).toBeVisible()
  await expect(importButton(page)).toBeDisabled()
  await inspect(page, 'import-loading')
  await held.goOn()
  await expect(role(page, 'label')).toHaveValue('label')
  await expect(page.getByRole('progressbar')).toHaveCount(0)
  await expect(importButton(page)).toBeEnabled()
  await page.getByRole('button', { name: 'Cancel' }).click()
})

test('a title line is left out, and another line can name the columns', async ({ page }) => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `0${String((i % 9) + 1)}.06.2025;Nachricht ${String(i)} mit Text;${i % 2 ? 'Versand' : 'Rechnung'}`,
  )
  const table = ['Kundenfeedback Export 2025; Stand: 01.06.2025', '', 'Datum;Nachricht;Kategorie', ...rows].join('\r\n')
  await studio.open(page)
  await drop(page, 'export.csv', Buffer.from(table))
  const names = page.getByLabel('Column names')
  await expect(names).toHaveValue('3')
  expect(await columns(page)).toEqual(['Datum', 'Nachricht', 'Kategorie'])
  await expect(page.getByText('Left out above the first row: line 1')).toBeVisible()
  await expect(page.getByLabel('Cells are divided by')).toHaveValue(';')
  await inspect(page, 'import-full')
  await names.selectOption('0')
  await expect(role(page, 'column 2')).toBeVisible()
  await page.getByRole('button', { name: 'Back to the guesses' }).click()
  await expect(role(page, 'Kategorie')).toHaveValue('label')
  await page.getByLabel('Cells are divided by').selectOption(',')
  await expect(role(page, 'Kategorie')).toHaveCount(0)
  await page.getByLabel('Cells are divided by').selectOption(';')
  await expect(role(page, 'Nachricht')).toHaveValue('text')
  // Nothing was imported so far; the roles chosen here are those of the data set.
  expect(await studio.call('data.list', {})).toEqual([])
  await role(page, 'Datum').selectOption('label')
  await page.getByRole('button', { name: 'Import 30 rows' }).click()
  await expect(page.getByText('30 rows of export.csv imported.')).toBeVisible()
  await expect(role(page, 'Datum')).toHaveValue('label')
})

test('no row by these choices is said, and an import can be cancelled', async ({ page }) => {
  await studio.open(page)
  await drop(page, 'short.csv', Buffer.from('text,label\nIt broke,bad\nIt works,good\n'))
  await page.getByLabel('Column names').selectOption('3')
  await expect(page.getByText('No row can be read like this.')).toBeVisible()
  await expect(importButton(page)).toBeDisabled()
  await inspect(page, 'import-no-rows')
  const sets = (await studio.call('data.list', {})).length
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { name: 'Your data sets' })).toBeVisible()
  expect(await studio.call('data.list', {})).toHaveLength(sets)
})

test('the fullest sheet of a workbook is taken, and another can be', async ({ page }) => {
  const feedback = Array.from({ length: 25 }, (_, i) => [
    `Message ${String(i)} of a customer`,
    i % 2 ? 'billing' : 'delivery',
  ])
  const workbook = writeXlsx([
    {
      name: 'Pivot',
      rows: [
        ['Category', 'Count'],
        ['billing', { number: 60 }],
      ],
    },
    { name: 'Feedback', rows: [['Message', 'Category'], ...feedback] },
  ])
  await studio.open(page)
  await drop(page, 'feedback.xlsx', workbook)
  const sheet = page.getByLabel('Sheet', { exact: true })
  await expect(sheet).toHaveValue('Feedback')
  await expect(page.getByRole('button', { name: 'Import 25 rows' })).toBeVisible()
  await sheet.selectOption('Pivot')
  await expect(cell(page, '60')).toBeVisible()
  await sheet.selectOption('Feedback')
  await page.getByRole('button', { name: 'Import 25 rows' }).click()
  await expect(page.getByText('25 rows of feedback.xlsx imported.')).toBeVisible()
})

for (const [language, encoding, other] of [
  ['russian', 'windows-1251', 'koi8-r'],
  ['japanese', 'shift_jis', 'euc-jp'],
  ['simplified Chinese', 'gb18030', 'big5'],
  ['french', 'macintosh', 'windows-1252'],
] as const)
  test(`letters in ${encoding} are right, and another encoding shows others`, async ({ page }) => {
    const { messages, labels } = languages[language]!
    const rows = messages.map((message, i) => `"${message}";"${labels[i % labels.length] ?? ''}"`)
    await studio.open(page)
    await drop(page, `${language}.csv`, iconv.encode(['text;label', ...rows].join('\n'), encoding))
    const letters = page.getByLabel('Letters (encoding)')
    await expect(letters).toHaveValue(encoding)
    await expect(cell(page, messages[0]!)).toBeVisible()
    await letters.selectOption(other)
    await expect(cell(page, messages[0]!)).toHaveCount(0)
    await letters.selectOption(encoding)
    await expect(cell(page, messages[0]!)).toBeVisible()
    await importButton(page).click()
    await expect(page.getByText(`of ${language}.csv imported.`)).toBeVisible()
    await expect(cell(page, messages[0]!)).toBeVisible()
  })

test('an encoding that is not sure is said, with the choice beside it', async ({ page }) => {
  const good = Buffer.from('Die Rechnung für März ist zu hoch,Zahlung\n'.repeat(5))
  const bad = Buffer.from('Gr\xfc\xdfe,x\n', 'latin1')
  await studio.open(page)
  await drop(page, 'half.csv', Buffer.concat([Buffer.from('text,label\n'), good, bad, bad]))
  await expect(page.getByText('Not sure: look whether the letters below are right, or choose another.')).toBeVisible()
  await inspect(page, 'import-doubtful')
  await page.getByLabel('Letters (encoding)').selectOption('windows-1252')
  await expect(page.getByText('Not sure')).toHaveCount(0)
  await expect(cell(page, 'Grüße')).toBeVisible()
})

const topics = Array.from({ length: 12 }, (_, i) => `parcel ${String(i)}`)
const ask = (topic: string): string => `Where is my ${topic}?`
const answer = (topic: string): string => `We have asked the courier about your ${topic}, and will tell you tomorrow.`
const jsonLines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const split = ['system', 'earlier turns', 'user', 'assistant']

for (const [name, content, found, text, label] of [
  [
    'messages.jsonl',
    jsonLines(
      topics.map((topic) => ({
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: ask(topic) },
          { role: 'assistant', content: answer(topic) },
        ],
      })),
    ),
    split,
    'user',
    'assistant',
  ],
  [
    'sharegpt.json',
    JSON.stringify(
      topics.map((topic) => ({
        conversations: [
          { from: 'human', value: 'Hello' },
          { from: 'gpt', value: 'Hello, how can I help?' },
          { from: 'human', value: ask(topic) },
          { from: 'gpt', value: answer(topic) },
        ],
      })),
    ),
    split,
    'user',
    'assistant',
  ],
  [
    'alpaca.json',
    JSON.stringify(
      topics.map((topic, i) => ({ instruction: ask(topic), input: i % 2 ? 'I wait.' : '', output: answer(topic) })),
    ),
    ['user', 'assistant'],
    'user',
    'assistant',
  ],
  [
    'pairs.jsonl',
    jsonLines(topics.map((topic) => ({ prompt: ask(topic), completion: answer(topic) }))),
    ['prompt', 'completion'],
    'prompt',
    'completion',
  ],
] as const)
  test(`a chat in ${name} is split, the last answer being what is learned`, async ({ page }) => {
    await studio.open(page)
    await drop(page, name, Buffer.from(content))
    await expect(role(page, text)).toHaveValue('text')
    await expect(role(page, label)).toHaveValue('label')
    expect(await columns(page)).toEqual(found)
    if (name === 'messages.jsonl') {
      const chats = page.getByRole('switch', { name: 'Split chats into question and answer' })
      await chats.click()
      await expect(role(page, 'messages')).toBeVisible()
      await chats.click()
      await expect(role(page, 'assistant')).toHaveValue('label')
    }
    await importButton(page).click()
    await expect(page.getByText(`12 rows of ${name} imported.`)).toBeVisible()
    await expect(page.getByLabel('Kind of task')).toHaveValue('generation')
    await expect(cell(page, answer('parcel 0'))).toBeVisible()
    if (name === 'sharegpt.json') {
      await expect(role(page, 'earlier turns')).toHaveValue('context')
      await inspect(page, 'import-chat')
    }
  })

test('questions about passages are question answering, and no problem would empty the table', async ({ page }) => {
  const people = Array.from({ length: 41 }, (_, i) => `Person ${String(i)}`)
  const rows = Array.from({ length: 90 }, (_, i) => {
    const person = people[i % 41] ?? ''
    return `Who came on day ${String(i)}?;On day ${String(i)} ${person} ${'really '.repeat(i % 7)}stood at the door.;${person}`
  })
  await studio.open(page)
  await bring(page, 'questions.csv', Buffer.from(['Question;Passage;Answer', ...rows].join('\n')))
  await expect(page.getByLabel('Kind of task')).toHaveValue('answering')
  await expect(role(page, 'Passage')).toHaveValue('context')
  await expect(page.getByText('No problem was found in the rows.')).toBeVisible()
})

test('labels stored as numbers have the names that a README gives them which is chosen with the table', async ({
  page,
}) => {
  const readme = [
    '---',
    'dataset_info:',
    '  features:',
    '  - name: review',
    '    dtype: string',
    '  - name: label',
    '    dtype:',
    '      class_label:',
    '        names:',
    "          '0': negative",
    "          '1': positive",
    '---',
  ].join('\n')
  const table = Array.from({ length: 30 }, (_, i) => `It was ${String(i)} days late,${String(i % 2)}`)
  const file = (name: string, text: string) => ({ name, mimeType: '', buffer: Buffer.from(text) })
  await studio.open(page, '#/data')
  const input = page.locator('input[type=file]')
  await input.setInputFiles([file('a.csv', 'a,b\n'), file('b.csv', 'a,b\n')])
  await expect(page.getByText('These are several tables: a.csv, b.csv.')).toBeVisible()
  await input.setInputFiles([file('README.md', readme), file('train.csv', ['review,label', ...table].join('\n'))])
  await expect(page.getByRole('heading', { name: 'Import train.csv' })).toBeVisible()
  await expect(cell(page, 'positive')).toBeVisible()
  await expect(page.getByText('README.md, beside the file, gives them.')).toBeVisible()
  await inspect(page, 'import-readme')
  await importButton(page).click()
  await expect(page.getByText('30 rows of train.csv imported.')).toBeVisible()
})

test('the cleaned table is saved as a file, and an earlier version too', async ({ page }) => {
  await studio.open(page)
  await bring(
    page,
    'clean.csv',
    Buffer.from('text,label\n=1+1 is what I paid,bad\nIt broke,bad\nIt works,good\nIt works well,good\n'),
  )
  await expect(page.getByText('4 rows of clean.csv imported.')).toBeVisible()
  const dataset = Number(/#\/data\/(\d+)/.exec(page.url())?.[1])
  await studio.call('data.change', {
    dataset,
    target: { by: 'rows', rows: [3] },
    change: { kind: 'state', state: 'excluded' },
  })
  const save = async (
    format: string,
    version?: string,
  ): Promise<{ readonly name: string; readonly bytes: Uint8Array }> => {
    await page.getByRole('button', { name: 'Save as a file' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Format').selectOption(format)
    if (version !== undefined) await dialog.getByLabel('Version').selectOption(version)
    else await inspect(page, 'save-table')
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    const file = await download
    await expect(dialog).toHaveCount(0)
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) }
  }
  const csv = await save('csv')
  expect(csv.name).toBe('clean.csv')
  expect(Buffer.from(csv.bytes).toString()).toBe(
    "\ufefftext,label\r\n'=1+1 is what I paid,bad\r\nIt works,good\r\nIt works well,good\r\n",
  )
  const lines = await save('jsonl', '1')
  expect(lines.name).toBe('clean version 1.jsonl')
  expect(Buffer.from(lines.bytes).toString().trim().split('\n')).toHaveLength(4)
  const chats = await save('chat', '2')
  expect(chats.name).toBe('clean.jsonl')
  expect(JSON.parse(Buffer.from(chats.bytes).toString().split('\n')[1] ?? '')).toEqual({
    messages: [
      { role: 'user', content: 'It works' },
      { role: 'assistant', content: 'good' },
    ],
  })
  const sheet = strFromU8(unzipSync((await save('xlsx', '2')).bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
  expect(sheet).toContain('>=1+1 is what I paid</t>')
  expect(sheet).not.toContain('<f')
})
