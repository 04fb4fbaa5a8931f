// Journey 10, second half: the tutorial does the method for real; words and keys are found.
import { expect, test } from '@playwright/test'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await running.addTinyModel()
})

test('the tutorial goes from the sample to a prompt in a file, each step done for real', async ({ page }) => {
  await studio.open(page, '#/help')
  const step = (number: number) => page.getByRole('region', { name: new RegExp(`^${String(number)}\\. `) })
  await expect(step(2)).toContainText('Finish the step above first.')
  await page.getByRole('button', { name: 'Import the sample' }).click()
  await expect(step(1)).toContainText('300 rows, 6 labels')
  await page.getByRole('button', { name: 'Use SmolLM2-135M-Instruct' }).click()
  await expect(step(2)).toContainText('All of them stay frozen.')
  await page.getByRole('radio', { name: '8', exact: true }).check()
  await page.getByRole('button', { name: 'Show what the model will read' }).click()
  await expect(step(3).locator('mark')).toHaveText('8 virtual tokens')
  await page.getByRole('button', { name: 'Tune it' }).click()
  await expect(step(4).getByRole('img', { name: /The loss went from/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show the verdict' }).click({ timeout: 60_000 })
  await expect(step(5)).toContainText(/Better|Worse|Cannot tell/)
  await page.getByRole('button', { name: 'Ask both' }).click()
  await expect(step(6).getByRole('heading', { name: 'With your prompt' })).toBeVisible()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save it as a file' }).click()
  expect((await saving).suggestedFilename()).toMatch(/\.zip$/)
  await expect(step(7)).toContainText('Done')

  await page.reload()
  await expect(step(4)).toContainText('Done')
  await expect(step(2)).toContainText('All of them stay frozen.')
})

test('a word is found by typing', async ({ page }) => {
  await studio.open(page, '#/help/words')
  await page.getByLabel('Find a word').fill('gradient')
  await expect(page.getByRole('term').filter({ hasText: /^Gradient$/ })).toBeVisible()
  await expect(page.getByRole('term').filter({ hasText: 'Batch' })).toHaveCount(0)
  await page.getByLabel('Find a word').fill('zzz')
  await expect(page.getByText('No such word here.')).toBeVisible()
})

test('keys lead to every page, and are listed', async ({ page }) => {
  await studio.open(page, '#/help/keys')
  await expect(page.getByRole('rowheader', { name: 'Alt + Shift + M' })).toBeVisible()
  await page.keyboard.press('Alt+Shift+M')
  await expect(page).toHaveURL(/#\/models$/)
  await page.keyboard.press('Alt+Shift+P')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Privacy')
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
})
