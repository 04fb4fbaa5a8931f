// Journey 8: models are added, understood and removed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { architectures, titlesOf } from '../../main/engine/network/architectures/index.ts'
import { tinyModelFolder, useStudio } from './support/studio.ts'

const studio = useStudio(undefined, { mayType: true })

test('with no model the page teaches, and offers the starter model with its size, source and licence', async ({
  page,
}) => {
  await studio.open(page, '#/models')
  await expect(page.getByRole('heading', { name: 'No model yet' })).toBeVisible()
  await expect(page.getByText(/98 MB to download once, licence Apache-2.0.*Hugging Face/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Get the starter model' })).toBeEnabled()
  await expect(page.getByRole('row', { name: /135 million.*Fits/ })).toBeVisible()
  await expect(page.getByText(studio.home, { exact: true })).toBeVisible()
  await expect(page.getByText(`Families: ${titlesOf(architectures).join(', ')}.`)).toBeVisible()
})

test('a model is added by its place, says what it takes, and is removed without touching its files', async ({
  page,
}) => {
  await studio.open(page, '#/models')
  await page.getByLabel('Location').fill(tinyModelFolder)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  const card = page.getByRole('article', { name: 'llama' })
  await expect(card).toContainText('✓ Fits')
  await expect(card).toContainText('256 tokens')
  await expect(card).toContainText('used in place')
  await card.getByRole('button', { name: 'Remove llama' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('heading', { name: 'No model yet' })).toBeVisible()
  expect(readFileSync(join(tinyModelFolder, 'config.json'), 'utf8')).toContain('llama')
})

test('a path outside the folders that were named at the start is refused in a sentence', async ({ page }) => {
  await studio.open(page, '#/models')
  await page.getByLabel('Location').fill('/proc/version')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('start the studio with --allow')
})

test('what is no model is refused in a sentence, and the page stays', async ({ page }) => {
  await studio.open(page, '#/models')
  const drop = async (name: string): Promise<void> => {
    await page.evaluate((file) => {
      const data = new DataTransfer()
      data.items.add(new File(['not a model at all'], file))
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, name)
  }
  await drop('broken.gguf')
  await expect(page.getByRole('alert')).toContainText(/damaged|not a model/)
  await expect(page.getByRole('heading', { name: 'No model yet' })).toBeVisible()
  expect(await studio.call('models.list', {})).toEqual([])
})

test('a model with runs stays, and says why', async ({ page }) => {
  const model = await studio.addTinyModel()
  const { dataset, version } = await studio.call('data.sample', {})
  const { roles } = await studio.call('data.show', { dataset })
  const { text, label } = roles
  const settings = { steps: 2, tokens: 2 }
  await studio.call('runs.start', { model, dataset, version, text, label, settings, test: 20 })
  await studio.open(page, '#/models')
  const card = page.getByRole('article', { name: model })
  await expect(card).toContainText('One run was tuned on it, so it cannot be removed.')
  await expect(card.getByRole('button', { name: `Remove ${model}` })).toBeDisabled()
})

test.describe('where no folder was named at the start', () => {
  const other = useStudio()

  test('a folder is chosen and copied, and no path is asked for', async ({ page }) => {
    await other.open(page, '#/models')
    await expect(page.getByText('start the studio with --allow FOLDER')).toBeVisible()
    await expect(page.getByLabel('Location')).toHaveCount(0)
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Choose a folder' }).click(),
    ])
    await chooser.setFiles(tinyModelFolder)
    const card = page.getByRole('article', { name: 'llama' })
    await expect(card).toContainText('✓ Fits')
    await expect(card).toContainText(join(other.home, 'models', 'llama'))
    // The mark says that the copy is the studio's own, to be deleted with the model.
    const copied = ['.softprompt-copy', ...readdirSync(tinyModelFolder)].sort()
    expect(readdirSync(join(other.home, 'models', 'llama')).sort()).toEqual(copied)
  })
})
