// Journey 1: from the first screen to a tuned sample and its verdict, with nothing else to know.
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { tuneSample } from './support/first-run.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio()

test('the first screen says what this is, what the model is, and offers one button', async ({ page }) => {
  await studio.open(page)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Teach a model')
  await expect(page.getByText('SmolLM2-135M-Instruct')).toBeVisible()
  await expect(page.getByText(/98 MB, licence Apache-2.0/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Tune the sample' })).toBeEnabled()
  await expect(page.getByRole('link', { name: /Nothing sent: 0 bytes/ })).toBeVisible()
})

test('the first page takes less than 300 KB of compressed script', async ({ page }) => {
  const scripts: Promise<Buffer>[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.body())
  })
  await studio.open(page)
  await expect(page.getByRole('button', { name: 'Tune the sample' })).toBeVisible()
  const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0)
  console.log(`first load: ${String(Math.round(bytes / 1000))} KB of compressed script`)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(300_000)
})

test('one click tunes the sample and ends with a verdict', async ({ page }) => {
  await studio.addTinyModel()
  await studio.open(page)
  await tuneSample(page)
})
