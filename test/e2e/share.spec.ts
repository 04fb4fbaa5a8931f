// Journey 7: a prompt is taken away as files, with its card in sight beforehand.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

test.describe('before any run', () => {
  const studio = useStudio()

  test('the page says what it is for and offers a run', async ({ page }) => {
    await studio.open(page, '#/share')
    await expect(page.getByRole('heading', { name: 'Nothing to take away yet' })).toBeVisible()
  })
})

test.describe('with a tuned prompt', () => {
  const studio = useStudio(async (running) => {
    await fill(running)
  })

  test('says who uses the form, shows the card, and hands over a zip', async ({ page }) => {
    await studio.open(page, '#/share/First%20try')
    await expect(page.getByText(/Hugging Face’s transformers and PEFT/)).toBeVisible()
    const card = page.getByRole('region', { name: 'The card that goes with it' })
    await expect(card).toContainText('A soft prompt of 4 virtual tokens')
    await expect(card).toContainText('How well it does')
    await expect(page.getByText('adapter_model.safetensors')).toBeVisible()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as a zip' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('First try.zip')
    expect(
      readFileSync(await download.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')
  })

  test('writes the same files into a folder, and says where it cannot', async ({ page }) => {
    const folder = join(studio.home, 'taken', 'away')
    await studio.open(page, '#/share/First%20try')
    await page.getByLabel('Or write it into a folder').fill(folder)
    await page.getByRole('button', { name: 'Write the folder' }).click()
    await expect(page.getByText(`files were written to ${folder}`)).toBeVisible()
    expect(existsSync(join(folder, 'adapter_config.json'))).toBe(true)
    expect(readdirSync(folder)).toHaveLength(5)

    await page.getByLabel('Or write it into a folder').fill(join(folder, 'README.md', 'below'))
    await page.getByRole('button', { name: 'Write the folder' }).click()
    await expect(page.getByRole('alert')).toBeVisible()
  })
})
