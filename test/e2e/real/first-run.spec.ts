// The first run as a newcomer has it: the real starter model is fetched, the sample tuned, and the verdict read.
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { starter } from '../../../main/contract/starter.ts'
import { useStudio } from '../support/studio.ts'

const studio = useStudio()

/** Pictures of a real run, for the gallery and the README. */
const picture = (page: Page, name: string): Promise<Buffer> =>
  page.screenshot({ path: join(import.meta.dirname, `../../../build/gallery/real-${name}.png`) })

test('from the first screen to the verdict on the real starter model, by one click', async ({ page }) => {
  await studio.open(page)
  await page.getByRole('button', { name: 'Tune the sample' }).click()
  await expect(page).toHaveURL(/#\/tune\//, { timeout: 600_000 })
  await expect
    .poll(async () => (await studio.call('runs.list', {}))[0]?.step ?? 0, { timeout: 600_000 })
    .toBeGreaterThan(70)
  await picture(page, 'run')
  const verdict = page.getByRole('link', { name: /verdict/i })
  await expect(verdict).toBeVisible({ timeout: 900_000 })
  await verdict.click()
  await expect(page.getByRole('main')).toContainText(/better/i)
  await picture(page, 'verdict')
  const [run] = await studio.call('runs.list', {})
  expect(run?.tuned ?? 0).toBeGreaterThan((run?.noPrompt ?? 1) + 0.2)
  const { connections } = await studio.call('studio.ledger', {})
  // Fetching the model is the one thing that went out, and the badge says so.
  await expect(page.getByRole('link', { name: /0 bytes/ })).toBeVisible()
  for (const { purpose } of connections) expect(purpose).toBe(`the starter model ${starter.name}`)

  await studio.open(page, `#/try?run=${encodeURIComponent(run?.name ?? '')}`)
  await page.getByLabel('A text to answer').fill('I was charged twice for the same month.')
  const answer = page.getByRole('button', { name: 'Answer' })
  await answer.click()
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible()
  await expect(answer).toBeEnabled({ timeout: 60_000 })
  await picture(page, 'try')
})
