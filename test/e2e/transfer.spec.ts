// Journey: a run starts from an earlier prompt, and says so even when that one is gone.
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await fill(running)
})

test('a person goes on from an earlier prompt, which gives the new run its shape', async ({ page }) => {
  await studio.open(page, '#/tune/new')
  const choice = page.getByLabel('Start from')
  await expect(choice).toHaveValue('')
  await choice.selectOption('First try, tuned on support-messages.csv')
  await page.getByText('Advanced').click()
  const tokens = page.getByLabel('Virtual tokens', { exact: true })
  await expect(tokens).toHaveValue('4')

  await tokens.fill('5')
  await tokens.press('Tab')
  await expect(page.getByRole('alert')).toContainText('“First try” does not fit these settings')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(
    page.getByText('cannot start from "First try", whose numbers have other shapes (virtual tokens 4)'),
  ).toBeVisible()
  await inspect(page, 'start-from')
  await tokens.fill('4')
  await tokens.press('Tab')
  await expect(page.getByText('does not fit these settings')).toHaveCount(0)

  await page.getByLabel('Steps', { exact: true }).fill('6')
  await page.getByLabel('Steps', { exact: true }).press('Tab')
  await page.getByLabel('Name of the run').fill('Gone on')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page).toHaveURL(/#\/tune\/Gone%20on/)
  await expect(page.getByText('Started from “First try”.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'See the verdict' })).toBeVisible({ timeout: 60_000 })

  await studio.call('runs.discard', { run: 'First try' })
  await studio.open(page, '#/compare/Gone%20on')
  await expect(page.getByRole('row', { name: /^Start from/ })).toContainText('First try')
  await studio.open(page, '#/share/Gone%20on')
  await page.getByRole('radio', { name: /For my program/ }).check()
  await expect(page.getByText('It was tuned on from another prompt of the same base model, First try')).toBeVisible()
})
