// Journey: a workbook that nobody has labelled comes back with answers, corrected by keys where they are unsure.
import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { openTable } from '../../main/engine/data/table.ts'
import { writeXlsx } from '../support/write-xlsx.ts'
import { drop } from './support/drop.ts'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const texts = Array.from(
  { length: 300 },
  (_, i) => `Where is parcel number ${String(i)}? I was charged ${String(i % 7)} times.`,
)

/** Two sheets, a column of dates, one of formulas. */
const workbook = (): Uint8Array =>
  writeXlsx([
    { name: 'Pivot', rows: [['Count'], [{ number: 300 }]] },
    {
      name: 'Mail',
      rows: [
        ['When', 'Message', 'Twice'],
        ...texts.map((text, i) => [
          { number: 45_000 + i, code: 'yyyy-mm-dd' },
          text,
          { xml: `<c r="C${String(i + 2)}"><f>A${String(i + 2)}*2</f><v>${String(2 * (45_000 + i))}</v></c>` },
        ]),
      ],
    },
  ])

async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(bytes) })
}

async function rowsOf(path: string, sheet?: string) {
  const table = await openTable(path, sheet === undefined ? {} : { sheet })
  const rows: (readonly string[])[] = []
  for await (const { rows: some } of table.chunks()) rows.push(...some.map(({ cells }) => cells))
  return { columns: table.columns, rows }
}

test.describe('before any run', () => {
  const studio = useStudio()

  test('the page says what it is for and offers a run', async ({ page }) => {
    await studio.open(page, '#/label')
    await expect(page.getByRole('heading', { name: 'No prompt to label with' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'New run' })).toBeVisible()
    await inspect(page, 'label-empty')
  })
})

test.describe('with two prompts', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    ;({ dataset } = await fill(running, ['First try', 'Second try']))
  })

  test('the verdict, Try and Share lead to the page, which begins with their prompt', async ({ page }) => {
    await studio.open(page, '#/compare/First%20try')
    await page.getByRole('link', { name: 'Label a file' }).click()
    await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('First try')
    for (const from of ['#/try?run=First%20try', '#/share/First%20try']) {
      await studio.open(page, from)
      await expect(page.getByRole('link', { name: 'Label a file' })).toHaveAttribute('href', '#/label?run=First%20try')
    }
  })

  test('a workbook is labelled, its unsure answers are corrected by keys and sent, and it comes back as it was', async ({
    page,
  }, { outputDir }) => {
    await studio.open(page, '#/label?run=First%20try')
    await inspect(page, 'label-choose')
    await choose(page, 'mail.xlsx', workbook())
    await expect(page.getByRole('heading', { name: 'mail.xlsx' })).toBeVisible()
    await expect(page.getByLabel('Text', { exact: true })).toHaveValue('Message')
    await expect(page.getByText('300 rows, read as')).toBeVisible()
    await inspect(page, 'label-columns')
    await page.getByRole('button', { name: 'Label 300 rows' }).click()
    const grid = page.getByRole('grid', { name: 'Rows with their answers' })
    await expect(grid).toBeVisible()
    await expect(page.getByRole('button', { name: 'Save all rows' })).toBeVisible({ timeout: 60_000 })
    await inspect(page, 'label-answers')
    await grid.focus()
    const detail = page.getByRole('region', { name: 'Which answer is right?' })
    const first = await detail.getByLabel('Text').textContent()
    await page.keyboard.press('2')
    await expect(page.getByText('1 row corrected.')).toBeVisible()
    await expect(detail.getByLabel('Text')).not.toHaveText(first ?? '')
    await page.keyboard.press('3')
    await expect(page.getByText('2 rows corrected.')).toBeVisible()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('0')
    await expect(page.getByText('1 row corrected.')).toBeVisible()
    await page.getByLabel('Less sure than').selectOption({ label: '100 %' })
    await page.getByLabel('Only the unsure ones').check()
    await expect(grid).toHaveAttribute('aria-rowcount', '300')
    await page.getByRole('region', { name: 'How often each answer was given' }).getByRole('button').first().click()
    await expect(grid).not.toHaveAttribute('aria-rowcount', '300')
    const before = await studio.call('data.show', { dataset })
    await page.getByRole('button', { name: `Add to ${before.name}` }).click()
    await expect(page.getByText(`1 row added in ${before.name}.`)).toBeVisible()
    expect((await studio.call('data.show', { dataset })).rows).toBe(before.rows + 1)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save all rows' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('mail labelled.xlsx')
    const path = `${outputDir}/labelled.xlsx`
    await download.saveAs(path)
    expect(await rowsOf(path, 'Pivot')).toEqual({ columns: ['Count'], rows: [['300']] })
    const { columns, rows } = await rowsOf(path, 'Mail')
    expect(columns).toEqual(['When', 'Message', 'Twice', 'answer', 'confidence', 'note'])
    expect(rows).toHaveLength(300)
    for (const [i, cells] of rows.entries()) {
      expect(cells[1]).toBe(texts[i])
      expect(cells[2]).toBe(String(2 * (45_000 + i)))
      expect(cells[3]).not.toBe('')
    }
    expect(rows.filter(([, , , , , note]) => note === 'corrected by hand')).toHaveLength(1)
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByLabel('Format')
        .selectOption({ label: 'CSV' })
        .then(() => page.getByRole('button', { name: 'Save only the unsure ones' }).click()),
    ])
    expect(csv.suggestedFilename()).toBe('mail unsure.csv')
    expect(readFileSync((await csv.path()) ?? '', 'utf8').split('\r\n')[0]).toBe('When,Message,Twice,answer,confidence')
  })

  test('a table that is dropped is labelled by two prompts; it is stopped, and goes on after the studio was killed', async ({
    page,
  }) => {
    // So many that they are never done before the test is.
    const rows = Array.from({ length: 60_000 }, (_, i) => `message number ${String(i)} about a parcel;${String(i)}`)
    await studio.open(page, '#/label?run=First%20try')
    await page.getByText('Also label with').click()
    await page.getByLabel('Second try').check()
    await drop(page, 'many.csv', Buffer.from(['message;id', ...rows, ''].join('\n')))
    await page.getByRole('button', { name: 'Label 60,000 rows' }).click()
    await expect(page.getByRole('grid')).toBeVisible()
    await inspect(page, 'label-running')
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect(page.getByText(/^Paused after/)).toBeVisible()
    await inspect(page, 'label-paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible()
    await studio.kill()
    await studio.restart()
    const [labelling] = await studio.call('labellings.list', {})
    expect(labelling).toMatchObject({ file: 'many.csv', state: 'stopped' })
    expect(labelling?.done).toBeGreaterThan(0)
    await studio.open(page, '#/label')
    await expect(page.getByRole('cell', { name: /^Paused/ })).toBeVisible()
    await page.getByRole('link', { name: 'many.csv' }).click()
    await page.getByRole('button', { name: 'Resume' }).click()
    const doneNow = async () => (await studio.call('labellings.list', {}))[0]?.done ?? 0
    await expect.poll(doneNow).toBeGreaterThan(labelling?.done ?? Infinity)
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect(page.getByRole('button', { name: 'Save all rows' })).toBeVisible()
    await page.getByLabel('Prompt', { exact: true }).selectOption('Second try')
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await expect(page).toHaveURL(/#\/label$/)
    await expect(page.getByRole('link', { name: 'many.csv' })).toHaveCount(0)
  })

  test('a file that cannot be read says why, and another can be chosen', async ({ page }) => {
    await studio.open(page, '#/label?run=First%20try')
    await choose(page, 'empty.csv', Buffer.from(''))
    await expect(page.getByRole('alert')).toContainText('empty.csv is empty')
    await inspect(page, 'label-refused')
    await choose(page, 'one.csv', Buffer.from('message\nWhere is it?\n'))
    await expect(page.getByRole('button', { name: 'Label 1 row' })).toBeVisible()
  })
})
