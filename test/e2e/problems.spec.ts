// Journeys: problems of data lead somewhere, long and contradicting rows can be judged, and what is put away comes back.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { type RunningStudio, useStudio } from './support/studio.ts'

const words = 'amber bridge candle desert engine forest garden harbour island jacket kettle lantern meadow'.split(' ')
/** Texts that are not nearly the same, and do not hold their answer. */
const some = (label: string, step: number, rows = 12): string[] =>
  Array.from({ length: rows }, (_, i) => `${[0, 1, 2].map((j) => words[(step * (i + j * j)) % 13]).join(' ')},${label}`)

const messy = [
  ...some('account', 1),
  'mirror needle,ACCOUNT',
  'orchard,ACCOUNT',
  ...some('shipping', 5),
  ',shipping',
  some('shipping', 5)[3] ?? '',
]

async function bring(studio: RunningStudio, name: string, lines: readonly string[]): Promise<number> {
  const path = join(studio.home, name)
  writeFileSync(path, [...lines, ''].join('\n'))
  return (await studio.call('data.import', { path })).dataset
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Rows of the data set' })
const problems = (page: Page) => page.getByRole('region', { name: 'Problems' })

test.describe('data with problems', () => {
  let dataset = 0
  let model = ''
  const studio = useStudio(async (running) => {
    model = await running.addTinyModel()
    dataset = await bring(running, 'feedback.csv', ['text,label', ...messy])
  })

  test('says so in the list and at “Tune on this”, and the safe ones are fixed in one step', async ({ page }) => {
    await studio.open(page, '#/data')
    const line = page.getByRole('listitem').filter({ hasText: 'feedback.csv' })
    await expect(line.getByText('3 problems')).toBeVisible()
    await expect(line.getByText('Not ready')).toBeVisible()
    await inspect(page, 'data-list-problems')
    await line.getByRole('link', { name: 'feedback.csv' }).click()
    await page.getByRole('link', { name: '3 problems' }).click()
    await expect(problems(page)).toBeInViewport()
    await expect(problems(page).getByRole('alert')).toContainText('Tuning would not begin on this data')
    await inspect(page, 'data-problems')
    await problems(page).getByRole('button', { name: 'Fix the safe ones' }).click()
    await expect(problems(page)).toContainText('No problem was found in the rows.')
    await expect(problems(page)).not.toContainText('ready to tune on')
    await expect(page.getByText('Spelling unified in 2 rows; 2 rows excluded')).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByRole('link', { name: '3 problems' })).toBeVisible()
  })

  test('that are many say in the list that they are not counted yet, and how many they are once they are', async ({
    page,
  }) => {
    const many = Array.from({ length: 100_001 }, (_, i) => `message ${String(i)},${i % 2 ? 'a' : 'b'}`)
    const id = await bring(studio, 'many.csv', ['text,label', ...many, ',a'])
    await studio.open(page, '#/data')
    const line = page.getByRole('listitem').filter({ hasText: 'many.csv' })
    await expect(line.getByText('Large table: problems not counted yet')).toBeVisible()
    await inspect(page, 'data-list-large')
    await line.getByRole('link', { name: 'Large table: problems not counted yet' }).click()
    await expect(page).toHaveURL(new RegExp(`#/data/${String(id)}$`))
    await expect(problems(page)).toContainText('1 row has no text')
    await page.getByRole('link', { name: 'All data' }).click()
    await expect(line.getByRole('link', { name: /^\d problems?$/ })).toBeVisible()
  })

  test('stops no new run without the button that solves it', async ({ page }) => {
    await studio.open(page, `#/tune/new?dataset=${String(dataset)}`)
    const alert = page.getByRole('alert')
    await expect(alert).toContainText('The label "ACCOUNT" has 2 different texts')
    await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled()
    await alert.getByRole('button', { name: 'Use one spelling' }).click()
    await expect(alert).toBeHidden()
    await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled()
    await expect(page.getByLabel('Name of the run')).toHaveValue(/^feedback · label · \d+ [A-Z][a-z]+$/)
    await inspect(page, 'new-run-named')
  })

  test('is asked for its word where a fix would leave less than half', async ({ page }) => {
    const lines = [...some('a', 1), ...some('b', 5), ...some('', 3, 13), ...some('', 7, 13), ...some('', 2, 13)]
    const id = await bring(studio, 'unanswered.csv', ['text,label', ...lines])
    await studio.open(page, `#/data/${String(id)}`)
    await expect(problems(page).getByRole('button', { name: 'Fix the safe ones' })).toHaveCount(0)
    await problems(page).getByRole('button', { name: 'Exclude them' }).click()
    const dialog = page.getByRole('dialog', { name: 'Leave 24 of 63 rows?' })
    await expect(dialog).toContainText('excludes 39 rows, more than half of this data')
    await inspect(page, 'data-fix-leaves-few')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect((await studio.call('data.show', { dataset: id })).rows).toBe(63)
    await problems(page).getByRole('button', { name: 'Exclude them' }).click()
    await dialog.getByRole('button', { name: 'Exclude 39 rows' }).click()
    await expect.poll(async () => (await studio.call('data.show', { dataset: id })).rows).toBe(24)
  })

  test('shows contradicting rows side by side, long cells whole, and one message that counts', async ({ page }) => {
    const long = 'The parcel came late, and nobody told me anything about it. '.repeat(12).trim()
    const lines = [...some('a', 1), `${long},a`, ...some('b', 5), 'amber lamp,a', ...some('a', 3), 'Amber  lamp,b']
    const table = lines.map((line) => (line.startsWith(long) ? `"${long}",a` : line))
    const id = await bring(studio, 'long.csv', ['text,label', ...table])
    await studio.open(page, `#/data/${String(id)}`)
    const conflict = problems(page).getByRole('listitem').filter({ hasText: 'a different answer' })
    await conflict.getByRole('button', { name: 'Show the rows' }).click()
    const body = grid(page).getByRole('rowgroup').last()
    await expect(body.getByRole('row').nth(0)).toContainText(/amber +lamp/i)
    await expect(body.getByRole('row').nth(1)).toContainText(/amber +lamp/i)
    await expect(page.getByRole('region', { name: /^Row \d+$/ }).getByLabel('text')).toHaveValue(/amber +lamp/i)
    await inspect(page, 'rows-contradicting')
    await page.getByRole('button', { name: 'Clear all filters' }).click()

    await grid(page).getByRole('row').filter({ hasText: 'The parcel came late' }).click()
    await page.keyboard.press('Enter')
    const whole = page.getByRole('region', { name: /^Row \d+$/ }).getByLabel('text')
    await expect(whole).toBeFocused()
    await expect(whole).toHaveValue(long)
    await inspect(page, 'rows-whole')
    await whole.fill(`${long} Really.`)
    await page.keyboard.press('Control+Enter')
    await expect(grid(page)).toBeFocused()
    await expect
      .poll(async () => {
        const { view } = await studio.call('data.view', {
          dataset: id,
          query: { search: 'Really.', filters: [], states: ['used'] },
        })
        return (await studio.call('data.page', { view, from: 0, count: 9 })).length
      })
      .toBe(1)
    for (const key of ['1', '2', '1']) await page.keyboard.press(key)
    await expect(page.getByText('(3 in a row)')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toHaveCount(1)
  })

  test('goes back to an earlier version', async ({ page }) => {
    const id = await bring(studio, 'versions.csv', ['text,label', ...some('a', 1), ...some('b', 5)])
    await studio.call('data.change', {
      dataset: id,
      target: { by: 'rows', rows: [2, 3] },
      change: { kind: 'state', state: 'excluded' },
    })
    await studio.open(page, `#/data/${String(id)}/versions`)
    await page.getByRole('button', { name: 'Go back to version 1' }).click()
    await expect(page.getByText('Back to version 1.')).toBeVisible()
    expect((await studio.call('data.show', { dataset: id })).rows).toBe(24)
  })

  test('goes to the trash with what hangs on it, which is said before, and comes back', async ({ page }) => {
    const id = await bring(studio, 'used.csv', ['text,label', ...some('a', 1), ...some('b', 5)])
    const settings = { steps: 2, tokens: 2, validateEvery: 1, duel: false }
    const columns = { text: 'text', label: 'label' }
    await studio.call('runs.start', { name: 'on it', model, dataset: id, version: 1, ...columns, settings })
    await studio.call('runs.watch', { run: 'on it' })
    await studio.open(page, `#/data/${String(id)}`)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Move used.csv with its 1 run to the trash?' })
    await dialog.getByRole('button', { name: 'Move to trash' }).click()
    await expect(page).toHaveURL(/#\/data$/)
    const onIt = async () => (await studio.call('runs.list', {})).filter(({ name }) => name === 'on it').length
    expect(await onIt()).toBe(0)
    await page.getByRole('link', { name: 'Trash' }).click()
    await expect(page.getByRole('row', { name: 'Select used.csv' })).toContainText('data set with its 1 run')
    await page.getByLabel('Select used.csv').check()
    await inspect(page, 'data-in-trash')
    await page.getByRole('button', { name: 'Restore' }).click()
    await expect(page.getByText('The trash is empty')).toBeVisible()
    expect(await onIt()).toBe(1)
    await studio.open(page, `#/data/${String(id)}`)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Move to trash' }).click()
    await page.getByRole('link', { name: 'Trash' }).click()
    await page.getByLabel('Select all').check()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    const last = page.getByRole('dialog', { name: 'Delete used.csv with its 1 run for good?' })
    await last.getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('The trash is empty')).toBeVisible()
    await expect(studio.call('data.show', { dataset: id })).rejects.toMatchObject({ code: 'store/missing' })
  })
})

test.describe('runs', () => {
  const studio = useStudio(async (running) => {
    await fill(running, ['One', 'Two', 'Three'])
  })

  test('go to the trash several at once, and come back', async ({ page }) => {
    await studio.open(page, '#/compare')
    for (const name of ['One', 'Two']) await page.getByLabel(`Select ${name}`, { exact: true }).check()
    await page.getByRole('button', { name: 'Move to trash' }).click()
    await expect(page.getByRole('link', { name: 'One', exact: true })).toBeHidden()
    await expect(page.getByText('2 were moved to the trash.')).toBeVisible()
    await page.getByRole('link', { name: 'Trash' }).click()
    await page.getByLabel('Select Two').check()
    await inspect(page, 'trash')
    await page.getByRole('button', { name: 'Restore' }).click()
    await expect(page.getByRole('rowheader', { name: 'Two' })).toBeHidden()
    await page.getByLabel('Select all').check()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('The trash is empty')).toBeVisible()
    expect((await studio.call('runs.list', {})).map(({ name }) => name)).toEqual(['Two', 'Three'])
  })

  test('and the sample are known to the tutorial and to the page of data', async ({ page }) => {
    await studio.open(page, '#/help')
    await expect(page.getByRole('region', { name: /^1\. / })).toContainText('300 rows, 6 labels')
    await expect(page.getByRole('region', { name: /^4\. / })).toContainText('Done')
    await studio.open(page, '#/data')
    await page.getByRole('link', { name: 'Open the sample' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page).toHaveURL(/#\/data\/\d+$/)
  })
})
