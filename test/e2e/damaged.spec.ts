// A studio whose database is damaged opens into a page that restores a backup, or starts anew, and goes on without a restart.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await fill(running)
  await running.call('studio.backup', {})
})

/** Overwrites all of the database but its first pages. */
async function damage(): Promise<Buffer> {
  await studio.kill()
  const path = join(studio.home, 'studio.db')
  const bytes = Buffer.concat([readFileSync(path).subarray(0, 9000), Buffer.alloc(60_000, 7)])
  writeFileSync(path, bytes)
  await studio.restart()
  return bytes
}

const aside = (): string[] => readdirSync(studio.home).filter((name) => name.startsWith('studio-damaged-'))

test('a backup is restored on the page, and the damaged file is kept', async ({ page }) => {
  const bytes = await damage()
  await studio.open(page, '#/data')
  await expect(page.getByRole('heading', { name: 'cannot be read' })).toBeVisible()
  await expect(page.getByText('is damaged. Restore a backup')).toBeVisible()
  await page.getByRole('button', { name: 'Restore this one' }).click()
  await expect(page.getByRole('link', { name: /support/i }).first()).toBeVisible()
  const kept = aside().find((name) => name.endsWith('.db')) ?? ''
  expect(readFileSync(join(studio.home, kept)).equals(bytes)).toBe(true)
})

test('without a backup it starts anew after a question', async ({ page }) => {
  await damage()
  await studio.open(page, '')
  await page.getByRole('button', { name: 'Start anew' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Start anew' }).click()
  await expect(page.getByRole('heading', { name: 'cannot be read' })).toBeHidden()
  expect(await studio.call('data.list', {})).toEqual([])
})
