// Journey 10, first half: looks, hardware, backup and restore, diagnostics.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(
  async (running) => {
    await fill(running)
  },
  { mayType: true },
)

test('the theme changes at once and stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await studio.open(page, '#/settings')
  const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme')
  await expect.poll(theme).toBe('light')
  await page.getByRole('radio', { name: 'Dark' }).check()
  await expect.poll(theme).toBe('dark')
  await page.reload()
  await expect.poll(theme).toBe('dark')
  await page.getByRole('radio', { name: 'System' }).check()
  await expect.poll(theme).toBe('light')
})

test('at 200 % every place has its name, and all are in sight', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 400 })
  await studio.open(page, '#/settings')
  const places = page.getByRole('navigation', { name: 'Pages' }).getByRole('link')
  expect(await places.count()).toBeGreaterThanOrEqual(10)
  for (const place of await places.all()) {
    const box = await place.boundingBox()
    expect((box?.y ?? 400) + (box?.height ?? 0)).toBeLessThanOrEqual(400)
    const words = place.locator('span')
    if ((await place.getAttribute('title')) === null) expect((await words.boundingBox())?.width).toBeGreaterThan(15)
  }
})

test('this computer is described, and what each hardware said when it was checked', async ({ page }) => {
  await studio.open(page, '#/settings')
  await expect(page.getByText(studio.home, { exact: true })).toBeVisible()
  await expect(page.getByRole('row', { name: /^CPU .*In use.*Computing on the CPU/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /DirectML/ })).toBeVisible()
})

test('the licences of what it is made of are there to read', async ({ page }) => {
  await studio.open(page, '#/settings')
  await page.getByRole('button', { name: 'Show them' }).click()
  const licences = page.getByRole('region', { name: 'Licences of what the studio is made of' })
  await expect(licences).toContainText('SIL Open Font License')
  await expect(licences).toContainText('THIRD PARTY SOFTWARE NOTICES')
})

test('a backup is written, and restored at the next start with the state in between kept', async ({ page }) => {
  const path = join(studio.home, 'mine.softprompt-backup')
  await studio.open(page, '#/settings')
  await page.getByLabel('Save to (optional)').fill(path)
  await page.getByRole('button', { name: 'Back up now' }).click()
  await expect(page.getByText(/Backed up, .*B:/)).toBeVisible()
  expect(existsSync(path)).toBe(true)
  await studio.call('runs.edit', { run: 'First try', note: 'written later' })

  await page.getByLabel('Backup file').fill(join(studio.home, 'studio.db'))
  await page.getByRole('button', { name: 'Restore' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('alert')).toContainText('is not a backup of the studio')

  await page.getByRole('button', { name: 'Choose a file' }).waitFor()
  await page.locator('input[type=file]').setInputFiles(path)
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByText('Close the studio and start it again')).toBeVisible()
  await studio.kill()
  await studio.restart()
  expect((await studio.call('runs.show', { run: 'First try' })).run.note).toBe('')
})

test('the diagnostics file is shown before it is saved, and names nothing of the person', async ({ page }) => {
  await studio.open(page, '#/settings')
  await page.getByRole('button', { name: 'Show it' }).click()
  const text = page.getByRole('region', { name: 'Content of the file' })
  await expect(text).toContainText('onnxruntime-node')
  expect(await text.textContent()).not.toMatch(/First try|support-messages|softprompt-e2e/)
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a file' }).click()
  expect((await saving).suggestedFilename()).toBe('softprompt-diagnostics.txt')
})
