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

  test('writes the same files into a folder that is chosen, beside what is there', async ({ page }) => {
    // The dialog is the system's own; the folder that stands in for a chosen one is real.
    await page.addInitScript(() => {
      Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() })
    })
    await studio.open(page, '#/share/First%20try')
    for (const name of ['First try', 'First try 2']) {
      await page.getByRole('button', { name: 'Save into a folder' }).click()
      await expect(page.getByText(`5 files were written to /${name}.`)).toBeVisible()
    }
    const sizes = await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('First try 2')
      const found: Record<string, number> = {}
      for await (const [name, handle] of folder.entries())
        if (handle instanceof FileSystemFileHandle) found[name] = (await handle.getFile()).size
      return found
    })
    expect(Object.keys(sizes)).toHaveLength(5)
    expect(Math.min(...Object.values(sizes))).toBeGreaterThan(0)
  })

  test('where no folder can be chosen takes its path, and says where it cannot write', async ({ page }) => {
    await page.addInitScript(() => {
      Object.assign(window, { showDirectoryPicker: undefined })
    })
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
