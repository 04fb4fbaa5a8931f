// Journey: every weight is tuned, and the model that results is listed, tried, shared and tuned on.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(
  async (running) => {
    await running.addTinyModel()
    await running.call('data.sample', {})
  },
  { mayType: true },
)

test('a person chooses full fine-tuning under Advanced, reads what it needs, and starts it', async ({ page }) => {
  test.setTimeout(120_000)
  await studio.open(page, '#/tune/new')
  await page.getByLabel('Name of the run').fill('My own model')
  await page.getByText('Advanced').click()
  await page.getByLabel('Method', { exact: true }).selectOption({ label: 'Full fine-tuning' })
  await expect(page.getByLabel('Optimiser')).toHaveValue('adamw-8bit')
  await expect(page.getByLabel('Virtual tokens', { exact: true })).toHaveCount(0)
  const needs = page.getByText(/This run trains every weight of the model\. It needs about [\d.]+ .?B of memory/)
  await expect(needs).toBeVisible()
  await page.getByLabel('Steps', { exact: true }).fill('20')
  await page.getByLabel('Learning rate', { exact: true }).fill('0.002')
  await page.getByLabel('Learning rate', { exact: true }).press('Tab')
  await page.getByRole('button', { name: 'Estimate time and memory' }).click()
  await expect(page.getByText('Fits', { exact: true })).toBeVisible({ timeout: 60_000 })
  await needs.scrollIntoViewIfNeeded()
  await inspect(page, 'new-run-whole-model')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page).toHaveURL(/#\/tune\/My%20own%20model/)
  await expect(page.getByRole('link', { name: 'See the verdict' })).toBeVisible({ timeout: 60_000 })
  await inspect(page, 'run-whole-model')
})

test('its verdict names the model, which is listed with the one that it was tuned from', async ({ page }) => {
  await studio.open(page, '#/compare/My%20own%20model')
  const card = page.getByRole('region', { name: 'A model of its own' })
  await expect(card).toContainText('“My own model”')
  await card.scrollIntoViewIfNeeded()
  await inspect(page, 'verdict-whole-model')
  await studio.open(page, '#/models')
  await expect(page.getByRole('article', { name: 'My own model' })).toContainText('Tuned from')
  await inspect(page, 'models-tuned')
  await page.getByRole('article', { name: 'My own model' }).getByRole('link', { name: 'Tune a prompt on it' }).click()
  await expect(page.getByLabel('Base model')).toHaveValue('My own model')
})

test('it answers, and is shared as a folder', async ({ page }) => {
  await studio.open(page, '#/try?run=My%20own%20model')
  const column = page.getByRole('region', { name: 'My own model', exact: true })
  await expect(column).toContainText('Full fine-tuning, tuned on')
  await page.getByLabel('A text to answer').fill('I was charged twice.')
  await page.getByRole('button', { name: 'Answer', exact: true }).click()
  await expect(column.getByRole('listitem')).toHaveCount(6)
  await studio.open(page, '#/share/My%20own%20model')
  await expect(page.getByText(/not a prompt but a model of its own/)).toBeVisible()
  await inspect(page, 'share-whole-model')
  const folder = join(studio.home, 'shared')
  await page.getByLabel('Save a copy to a folder').fill(folder)
  await page.getByRole('button', { name: 'Save to the folder' }).click()
  await expect(page.getByText(`files were saved to ${folder}`)).toBeVisible()
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json', 'README.md'])
    expect(existsSync(join(folder, name))).toBe(true)
})
