// The first run as a newcomer has it: the real starter model is fetched, the sample tuned, and the verdict read.
import { expect, test } from '@playwright/test'
import { useStudio } from '../support/studio.ts'

const studio = useStudio()

test('from the first screen to the verdict on the real starter model, by one click', async ({ page }) => {
  await studio.open(page)
  await page.getByRole('button', { name: 'Tune the sample' }).click()
  await expect(page).toHaveURL(/#\/tune\//, { timeout: 600_000 })
  const verdict = page.getByRole('link', { name: /verdict/i })
  await expect(verdict).toBeVisible({ timeout: 900_000 })
  await verdict.click()
  await expect(page.getByRole('main')).toContainText(/better/i)
  const [run] = await studio.call('runs.list', {})
  expect(run?.tuned ?? 0).toBeGreaterThan((run?.noPrompt ?? 1) + 0.2)
  const { own, sent } = await studio.call('studio.ledger', {})
  expect(own).toBe(0)
  // Fetching the model is the one thing that went out, and the badge says so.
  await expect(page.getByRole('link', { name: /0 bytes/ })).toBeVisible()
  expect(sent).toBeGreaterThanOrEqual(0)
})
