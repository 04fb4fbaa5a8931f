// Journey: thirty rows come to a verdict of their own, by cross-validation, and are told beforehand what they can show.
import { expect, type Page, test } from '@playwright/test'
import { bring } from './support/bring.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await running.addTinyModel()
})

const things = ['lamp', 'river', 'orange', 'window', 'paper', 'violin', 'garden', 'copper', 'meadow', 'anchor']

const table = [
  'message,team',
  ...Array.from({ length: 30 }, (_, i) => {
    const label = i % 2 === 0 ? 'billing' : 'delivery'
    return `${things[i % 10] ?? ''} ${String(i * 7919)} ${things[(i * 3 + 1) % 10] ?? ''} ${label},${label}`
  }),
  '',
].join('\n')

async function steps(page: Page, count: number): Promise<void> {
  await page.getByText('Advanced').click()
  const field = page.getByLabel('Steps', { exact: true })
  await field.fill(String(count))
  await field.press('Tab')
}

test('thirty rows are imported, and are not called ready without what they can show', async ({ page }) => {
  await studio.open(page)
  await bring(page, 'thirty.csv', Buffer.from(table))
  await expect(page.getByText('30 rows of thirty.csv imported.')).toBeVisible()
  await expect(
    page.getByText(
      /These rows are few\. .*30 test rows show only differences above \d+ points; \d+ would show 10 points\./,
    ),
  ).toBeVisible()
  await inspect(page, 'few-rows-data')
  // What the import has read is said once, not above every tab.
  await page.getByRole('link', { name: 'Rows', exact: true }).click()
  await expect(page.getByRole('grid', { name: 'Rows of the data set' })).toBeVisible()
  await expect(page.getByText('30 rows of thirty.csv imported.')).toBeHidden()
})

test('a run on them is cross-validated, paused and resumed, and its verdict says so', async ({ page }) => {
  await studio.open(page, '#/tune/new')
  await expect(
    page.getByText(/30 rows are few, so all of them serve for the test \(5-fold cross-validation\)/),
  ).toBeVisible()
  await expect(
    page.getByText(/^30 test rows show only differences above \d+ points; \d+ would show 10 points\.$/),
  ).toBeVisible()
  await inspect(page, 'few-rows-new-run')
  await page.getByLabel('Name of the run').fill('Thirty')
  await steps(page, 400)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page).toHaveURL(/#\/tune\/Thirty/)
  await expect.poll(async () => (await studio.call('runs.show', { run: 'Thirty' })).steps.length).toBeGreaterThan(2)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText('Paused', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('button', { name: 'Stop and keep' }).click()
  await expect
    .poll(async () => (await studio.call('runs.show', { run: 'Thirty' })).run.state, { timeout: 60_000 })
    .toBe('finished')
  await studio.open(page, '#/compare/Thirty')
  await expect(
    page.getByText(
      'Judged by 5 prompts tuned on four fifths of the rows each, none of which saw the rows that it answered; the prompt that you keep is tuned on all 30 rows. The interval takes the rows for independent of each other; as each prompt answers many of them, and the prompts share most of what they learned from, it may be somewhat too narrow.',
    ),
  ).toBeVisible()
  await expect(page.getByText(/30 test rows/).first()).toBeVisible()
  await inspect(page, 'few-rows-verdict')
  for (const subject of ['tuned prompt', 'no prompt', 'hand-written prompt', 'word count', 'linear probe'] as const)
    expect(await studio.call('runs.answers', { run: 'Thirty', subject })).toHaveLength(30)
})

test('cross-validation is refused under Advanced, and a few rows are kept for the test instead', async ({ page }) => {
  await studio.open(page, '#/tune/new')
  await page.getByText('Advanced').click()
  const folds = page.getByLabel('Cross-validation folds')
  await expect(folds).toHaveValue('5')
  await folds.fill('0')
  await folds.press('Tab')
  await expect(page.getByText(/18 rows to learn from/)).toBeVisible()
  await expect(
    page.getByText(/^7 test rows show only differences above \d+ points; \d+ would show 10 points\.$/),
  ).toBeVisible()
})
