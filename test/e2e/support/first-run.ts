// The steps of a first run, which each host's journey takes.
import { expect, type Page } from '@playwright/test'

/** From the first screen by one click to the tuned sample and its verdict. */
export async function tuneSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Tune the sample' }).click()
  await expect(page).toHaveURL(/#\/tune\//)
  await expect(page.getByRole('link', { name: /verdict/i })).toBeVisible({ timeout: 80_000 })
  await page.getByRole('link', { name: /verdict/i }).click()
  await expect(page.getByText(/better|worse|cannot tell/i).first()).toBeVisible()
}
