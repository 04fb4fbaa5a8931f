// Journey: several prompts answer as one, on the test rows of finished runs, on a text of one's own and on a whole table.
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { fill, sweepOver } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  const filled = await fill(running, ['First try', 'Second try'])
  await sweepOver(running, filled)
})

test('a person chooses runs and reads what they are worth together, or why they cannot answer so', async ({ page }) => {
  await studio.open(page, '#/compare')
  await page.getByLabel('Select First try').check()
  const card = page.getByRole('region', { name: 'Answering together' })
  await expect(card).toHaveCount(0)
  await page.getByLabel('Select Second try').check()
  await expect(card).toContainText(/The 2 together: [\d.]+ % \(95 % interval \d+ to \d+\) of \d+ rows are right\./)
  await expect(card.getByRole('listitem')).toHaveCount(4)
  await card.scrollIntoViewIfNeeded()
  await expect(card).toContainText('how sure they are together and how often they are right differ by')
  await inspect(page, 'committee')

  const { run, model, textColumn, labelColumn } = await studio.call('runs.show', { run: 'First try' })
  const settings = { task: 'generation', steps: 2, tokens: 4, validateEvery: 0 } as const
  const rows = { dataset: run.dataset, version: run.version, text: textColumn, label: labelColumn, test: 10 }
  await studio.call('runs.start', { name: 'Writes', model: model.name, ...rows, settings })
  await studio.call('runs.watch', { run: 'Writes' })
  await page.getByLabel('Select Writes').check()
  await expect(card).toContainText('"Writes" writes its answers, and only prompts that choose among labels')
})

test('the runs of one combination that differ in their seeds are a committee', async ({ page }) => {
  await studio.open(page, '#/tune/sweeps/Which%20tokens')
  const card = page.getByRole('region', { name: 'Answering together' })
  await expect(card).toContainText('The 2 together:')
  await page.getByLabel('Runs that answer together').selectOption('Virtual tokens: 4')
  await expect(card.getByRole('listitem').nth(1)).toContainText('Which tokens.2 seed')
})

test('tuned prompts answer a text together, beside each of them alone', async ({ page }) => {
  await studio.open(page, '#/try?run=First%20try')
  const together = page.getByRole('switch', { name: 'Answer together' })
  await expect(together).toHaveCount(0)
  await page.getByLabel('Add a tuned prompt').selectOption('Second try')
  await together.check()
  const column = page.getByRole('region', { name: 'Together', exact: true })
  await expect(column).toContainText('The mean of the 2 tuned prompts.')
  await page.getByLabel('A text to answer').fill('I was charged twice.')
  await page.getByLabel('A text to answer').press('Control+Enter')
  await expect(column).toContainText(
    /All 2 give this answer alone, too\.|They disagree: \d of 2 gives? this answer alone\./,
  )
  const shares = async (name: string): Promise<Map<string, number>> => {
    const bars = await page.getByRole('region', { name, exact: true }).getByRole('listitem').allTextContents()
    return new Map(bars.map((text) => [text.replace(/[\d.]+ %/, '').trim(), Number(/([\d.]+) %/.exec(text)?.[1])]))
  }
  const [all, first, second] = [await shares('Together'), await shares('First try'), await shares('Second try')]
  expect(all.size).toBe(6)
  for (const [label, share] of all)
    expect(Math.abs(share - ((first.get(label) ?? NaN) + (second.get(label) ?? NaN)) / 2)).toBeLessThanOrEqual(1)
  await column.scrollIntoViewIfNeeded()
  await inspect(page, 'try-together')
  await page.getByRole('button', { name: 'Remove Together' }).click()
  await expect(column).toHaveCount(0)
})

test('tuned prompts label a table together: one answer, how sure it is, and how many disagree', async ({ page }) => {
  await studio.open(page, '#/label?run=First%20try')
  await page.getByText('Also label with').click()
  const together = page.getByRole('switch', { name: 'Answer as one' })
  await expect(together).toHaveCount(0)
  await page.getByLabel('Second try').check()
  await together.check()
  await inspect(page, 'label-choose-together')
  const messages = Array.from(
    { length: 40 },
    (_, i) => `message ${String(i)} about ${i % 2 ? 'a parcel' : 'an invoice'}`,
  )
  const buffer = Buffer.from(['message', ...messages, ''].join('\n'))
  await page.locator('input[type=file]').setInputFiles({ name: 'mail.csv', mimeType: '', buffer })
  await page.getByRole('button', { name: 'Label 40 rows' }).click()
  await expect(page.getByText(/The 2 prompts answer as one: .* They disagree on [\d,]+ rows?\./)).toBeVisible()
  const chosen = page.getByRole('region', { name: 'Which answer is right?' })
  await expect(chosen).toContainText(/\w+: (All 2 give this answer alone, too|They disagree: \w+ of 2)/)
  const save = page.getByRole('button', { name: 'Save all rows' })
  await expect(save).toBeVisible({ timeout: 60_000 })
  await inspect(page, 'label-together')
  await page.setViewportSize({ width: 640, height: 400 })
  await page.getByRole('grid').scrollIntoViewIfNeeded()
  await inspect(page, 'label-together-200-percent')
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
  const [head, ...rows] = readFileSync((await download.path()) ?? '', 'utf8')
    .trim()
    .split('\r\n')
  expect(head).toBe('message,answer,confidence,disagreement')
  expect(rows).toHaveLength(40)
  for (const row of rows) expect(row).toMatch(/^message \d+ about [a-z ]+,\w[^,]*,0\.\d+,(0|0\.5|1)$/)
  const [labelling] = await studio.call('labellings.list', {})
  expect(labelling?.prompts).toMatchObject([{ members: ['First try', 'Second try'] }])
})
