// Journey 1: from the first screen to a tuned sample and its verdict, with nothing else to know.
import { expect, test } from '@playwright/test'
import { useStudio } from './support/studio.ts'

const studio = useStudio()

test('the first screen says what this is, what the model is, and offers one button', async ({ page }) => {
  await studio.open(page)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Teach a model')
  await expect(page.getByText('SmolLM2-135M-Instruct')).toBeVisible()
  await expect(page.getByText(/98 MB, licence Apache-2.0/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Tune the sample' })).toBeEnabled()
  await expect(page.getByRole('link', { name: /0 bytes left/ })).toBeVisible()
})

test('one click tunes the sample and ends with a verdict', async ({ page }) => {
  await studio.addTinyModel()
  await studio.open(page)
  await page.getByRole('button', { name: 'Tune the sample' }).click()
  await expect(page).toHaveURL(/#\/tune\//)
  await expect(page.getByRole('link', { name: /verdict/i })).toBeVisible({ timeout: 80_000 })
  await page.getByRole('link', { name: /verdict/i }).click()
  await expect(page.getByText(/better|worse|cannot tell/i).first()).toBeVisible()
})
