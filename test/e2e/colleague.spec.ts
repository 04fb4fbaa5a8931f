// A colleague opens a prompt file without a model: one button gets the starter model and opens it, also after a try without a network.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { starter } from '../../main/contract/starter.ts'
import { fill } from './support/filled.ts'
import { drop } from './support/drop.ts'
import { inspect } from './support/inspect.ts'
import { tinyModelFolder, useStudio } from './support/studio.ts'

/** Nobody listens there: for the studio, and for pip, the network is gone. */
const nowhere = 'http://127.0.0.1:9'
const offline: Record<string, string> = {
  NODE_USE_ENV_PROXY: '1',
  ...Object.fromEntries(['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].map((name) => [name, nowhere])),
  NO_PROXY: '',
  no_proxy: '',
}
const environment = { ...offline }

const ours = useStudio(async (running) => {
  await fill(running)
})
const theirs = useStudio(undefined, { environment })

test('gets the starter model and opens the file in one go, once there is a network', async ({ page }) => {
  const { bytes } = await ours.call('export.archive', { run: 'First try', to: 'bundle' })
  await theirs.open(page, '#/share')
  await drop(page, 'from-ann.softprompt', bytes)
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('from-ann.softprompt was made for the starter model')
  await inspect(page, 'share-no-starter')
  await alert.getByRole('button', { name: 'Get the starter model and open' }).click()

  await expect(alert).toContainText('could not be downloaded. Connect to the internet', { timeout: 60_000 })
  // The technical reasons are folded.
  await expect(alert.getByText('Hugging Face:')).toBeHidden()
  await inspect(page, 'share-offline')
  await alert.getByText('Details').click()
  await expect(alert.getByText('Hugging Face:')).toBeVisible()
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(alert).toContainText('could not be downloaded', { timeout: 60_000 })
  expect(await theirs.call('models.list', {})).toEqual([])

  // Another day: the starter model can be had. Here it is the tiny one, under the starter model's name.
  const model = join(theirs.home, starter.name)
  cpSync(tinyModelFolder, model, { recursive: true })
  environment['SOFTPROMPT_MODEL'] = model
  await theirs.kill()
  await theirs.restart()
  await expect(page.getByText('The studio does not answer')).toBeHidden({ timeout: 60_000 })
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('First try was opened.')).toBeVisible({ timeout: 60_000 })
  await expect(alert).toBeHidden()
  await expect(page).toHaveURL(/#\/share\/First%20try$/)
  expect((await theirs.call('models.list', {})).map(({ name }) => name)).toEqual([starter.name])
  expect((await theirs.call('prompts.list', {})).map(({ name }) => name)).toEqual(['First try'])
})
