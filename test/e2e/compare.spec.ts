// Journey 5: runs are compared honestly, one by one and side by side, and what went wrong leads back to the data.
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { type RunningStudio, useStudio } from './support/studio.ts'

/** Tuned as 'First try' was, but with more tokens: on the same test set. */
async function second(studio: RunningStudio, dataset: number, name: string): Promise<void> {
  const { run, model, textColumn: text, labelColumn: label } = await studio.call('runs.show', { run: 'First try' })
  const settings = { steps: 10, tokens: 8, validateEvery: 5, seed: run.seed }
  const { version } = run
  await studio.call('runs.start', { name, model: model.name, dataset, version, text, label, settings, test: 60 })
  await studio.call('runs.watch', { run: name })
}

test.describe('before any run', () => {
  const studio = useStudio()

  test('the page says what will stand here and offers a run', async ({ page }) => {
    await studio.open(page, '#/compare')
    await expect(page.getByRole('heading', { name: 'Nothing to compare yet' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'New run' })).toBeVisible()
  })
})

test.describe('with two runs', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    ;({ dataset } = await fill(running))
    await second(running, dataset, 'More tokens')
  })

  test('a run is named, tagged, starred, found again, and others are measured against it', async ({ page }) => {
    await studio.open(page, '#/compare')
    await page.getByRole('button', { name: 'Edit First try' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Four tokens')
    await dialog.getByLabel('Tags').fill('small, keep')
    await dialog.getByLabel('Note').fill('the plain one')
    await dialog.getByRole('button', { name: 'Save' }).click()
    const row = page.getByRole('row', { name: /Four tokens/ })
    await expect(row).toContainText('keep')
    await expect(row).toContainText('the plain one')
    await expect(row).toContainText(/Better|Worse|Cannot tell/)
    await row.getByRole('button', { name: 'Star Four tokens' }).click()
    await expect(row.getByRole('button', { name: 'Unstar Four tokens' })).toBeVisible()

    await page.getByLabel('Show').selectOption('Starred')
    await expect(page.getByRole('row', { name: /More tokens/ })).toHaveCount(0)
    await page.getByLabel('Show').selectOption('All runs')
    await page.getByLabel('Search').fill('KEEP')
    await expect(page.locator('tbody tr')).toHaveCount(1)
    await page.getByLabel('Search').fill('')

    await page.getByLabel('Compare with').selectOption('Four tokens')
    await expect(page.getByRole('columnheader', { name: 'Four tokens' })).toBeVisible()
    await expect(page.getByRole('row', { name: /More tokens/ })).toContainText(/to/)
    await page.reload()
    await expect(page.getByLabel('Compare with')).toHaveValue('Four tokens')

    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect(page.getByRole('columnheader', { name: 'Run', exact: true })).toHaveAttribute('aria-sort', 'ascending')
    await expect(page.locator('tbody tr').first()).toContainText('Four tokens')
  })

  test('chosen runs lie over each other, with what differs, and become a report without a script', async ({ page }) => {
    await studio.open(page, '#/compare')
    await page.getByLabel('Select Four tokens').check()
    await page.getByLabel('Select More tokens').check()
    await expect(page.getByRole('figure', { name: 'Training loss' })).toBeVisible()
    const differing = page.getByRole('region', { name: 'Settings that differ' })
    await expect(differing.getByRole('row', { name: /Virtual tokens/ })).toContainText(/8.*4|4.*8/)
    await expect(differing.getByRole('row', { name: /Learning rate/ })).toHaveCount(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save a report' }).click(),
    ])
    const html = readFileSync(await download.path(), 'utf8')
    expect(html).toContain('2 runs compared')
    expect(html).toContain('More tokens')
    expect(html).not.toContain('<script')
  })

  test('a run begins with its verdict in words; a cell shows its rows', async ({ page }) => {
    await studio.open(page, '#/compare')
    await page.getByRole('link', { name: 'More tokens' }).click()
    await expect(page.getByText(/^(Better|Worse|Cannot tell yet): \d+ % against \d+ %.*60 rows/)).toBeVisible()
    await page.getByLabel('Compared with').selectOption('Four tokens')
    await expect(page.getByText('With Four tokens', { exact: true })).toBeVisible()

    const matrix = page.getByRole('region', { name: 'Confusion matrix' })
    const cell = matrix.getByRole('button', { name: /^[1-9]\d* rows? of/ }).first()
    const rows = Number((await cell.textContent())?.trim())
    await cell.click()
    await expect(cell).toHaveAttribute('aria-pressed', 'true')
    await expect(matrix.getByLabel(/Right label of row/)).toHaveCount(Math.min(20, rows))
  })

  test('a run shows every other way beside it, and says plainly where words alone do as well', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 1000 })
    await studio.open(page, '#/compare/More%20tokens')
    const plainly =
      /^A word count does (better|as well, as far as 60 test rows can tell) \(\d+ %\): this task may not need a language model\.$/
    await expect(page.getByText(plainly)).toBeVisible()
    const ways = page.getByRole('region', { name: 'All ways compared' })
    for (const way of ['Model alone', 'Hand-written prompt', 'Word count', 'Linear probe', 'Tuned prompt'])
      await expect(ways.getByText(way, { exact: true })).toBeVisible()
    await expect(ways.getByText(/It uses no language model at all\./)).toBeVisible()
    const against = page.getByLabel('Compared with')
    for (const [choice, words] of [
      ['Linear probe', 'by a linear probe'],
      ['Word count', 'by a word count'],
    ] as const) {
      await against.selectOption(choice)
      await expect(
        page.getByText(new RegExp(`^(Better|Worse|Cannot tell yet): .* % ${words}, .*60 rows`)),
      ).toBeVisible()
    }
    await inspect(page, 'baselines')
    const advice = page.getByRole('region', { name: 'What to try next' })
    await expect(advice.getByRole('heading', { name: 'Words alone do as well' })).toBeVisible()
    await expect(advice.getByRole('link', { name: 'Set up this run: Words alone do as well' })).toHaveCount(0)
    await advice.getByRole('button', { name: 'Show the rows: Two labels mixed up' }).click()
    const sides = advice.getByRole('region')
    await expect(sides.first().getByRole('combobox').first()).toBeVisible()
    await expect(sides.first()).toContainText('%')
    await inspect(page, 'mixed-up')
    await advice.getByRole('button', { name: 'Hide the rows' }).click()
    await expect(sides).toHaveCount(0)
    const before = (await studio.call('runs.list', {})).map(({ name }) => name)
    await advice.getByRole('button', { name: 'Measure it' }).click()
    await expect(page.getByText('2 runs were started.')).toBeVisible()
    const smaller = (await studio.call('runs.list', {})).flatMap(({ name }) => (before.includes(name) ? [] : [name]))
    for (const run of smaller) await studio.call('runs.watch', { run })
    const [all, ...some] = await Promise.all(
      ['Four tokens', ...smaller].map(async (run) => (await studio.call('runs.show', { run })).rows.train),
    )
    expect(some.map((rows) => rows / (all ?? 0)).sort()).toEqual([expect.closeTo(0.25, 1), expect.closeTo(0.5, 1)])
    await expect(advice.getByRole('button', { name: 'Measure it' })).toHaveCount(0)
    await page.getByRole('group', { name: 'Answers from' }).getByRole('button', { name: 'Word count' }).click()
    await expect(
      page
        .getByRole('region', { name: 'Confusion matrix' })
        .getByRole('button', { name: /^[1-9]\d* rows? of/ })
        .first(),
    ).toBeVisible()
    await studio.open(page, '#/compare')
    await page.getByLabel('Compare with').selectOption('Best result without tuning')
    await expect(page.getByRole('row', { name: /More tokens/ })).toContainText(/Word count|Linear probe/)
  })

  test('a wrong label is corrected from a changed answer, can be taken back, and leads to a new run', async ({
    page,
  }) => {
    const { fixed, broken } = await studio.call('runs.flips', { run: 'More tokens' })
    const side = broken.length > 0 ? 'Broken' : 'Fixed'
    const flip = [...broken, ...fixed][0]
    if (!flip) throw new Error('The two prompts answer alike: choose other settings for this journey.')
    const { labels } = await studio.call('runs.show', { run: 'More tokens' })
    const label = labels.find((each) => each !== flip.label) ?? ''
    await studio.open(page, '#/compare/More%20tokens')
    await expect(page.getByRole('button', { name: new RegExp(side) })).toHaveAttribute('aria-pressed', 'true')
    const flips = page.getByRole('region', { name: 'What changed' })
    const choice = flips.getByLabel(`Right label of row ${String(flip.row)}`, { exact: true })
    await choice.selectOption(label)
    await expect(page.getByText(/1 answer was corrected in support-messages.csv/)).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(choice).toHaveValue(flip.label)
    expect((await studio.call('data.show', { dataset })).undo).toBeUndefined()
    await choice.selectOption(label)
    await expect(page.getByText(/1 answer was corrected in support-messages.csv/)).toBeVisible()
    const { undo } = await studio.call('data.show', { dataset })
    expect(undo).toBe(`Set “team” of 1 row to “${label}”`)

    await page.getByRole('link', { name: 'Tune again' }).click()
    await expect(page).toHaveURL(new RegExp(`#/tune/new\\?dataset=${String(dataset)}`))
  })
})
