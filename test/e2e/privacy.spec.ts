// Journey 9: what left this computer, and the switch that lets nothing out.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { openStore } from '../../main/engine/store/store.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio()

test('the badge is in sight everywhere and leads to a ledger that is empty at first', async ({ page }) => {
  for (const hash of ['#/', '#/data', '#/tune', '#/settings']) {
    await studio.open(page, hash)
    await expect(page.getByRole('link', { name: 'Nothing sent: 0 bytes uploaded' })).toBeVisible()
  }
  await page.getByRole('link', { name: 'Nothing sent: 0 bytes uploaded' }).click()
  await expect(page.getByRole('heading', { name: 'Nothing sent: 0 bytes of your data uploaded' })).toBeVisible()
  await expect(page.getByText('No connection yet')).toBeVisible()
  await expect(page.getByText('What never does')).toBeVisible()
})

test('the switch forbids every connection, at once, everywhere and after a restart', async ({ page }) => {
  await studio.open(page, '#/privacy')
  await page.getByRole('switch', { name: 'Block all connections' }).click()
  await expect(page.getByRole('link', { name: 'All connections blocked' })).toBeVisible()
  await page.getByRole('link', { name: 'Models' }).click()
  await expect(page.getByRole('button', { name: 'Get the starter model' })).toBeDisabled()
  await expect(page.getByText('All connections are blocked')).toBeVisible()
  await expect(studio.call('models.starter', {})).rejects.toThrow('may not use the network')
  await studio.kill()
  await studio.restart()
  await studio.open(page, '#/privacy')
  await expect(page.getByRole('switch', { name: 'Block all connections' })).toBeChecked()
  await page.getByRole('switch', { name: 'Block all connections' }).click()
  await expect(page.getByText('Connections are made only when you start a download')).toBeVisible()
  expect((await studio.call('studio.ledger', {})).connections).toEqual([])
})

test('every connection to another computer is listed, and the list can be saved as a table', async ({ page }) => {
  // A real download is the unit tests' affair: here the ledger gets its line while the studio is closed.
  await studio.kill()
  const store = await openStore(join(studio.home, 'studio.db'))
  const purpose = 'the starter model SmolLM2-135M-Instruct'
  await store.connections.add({ host: 'models.example', purpose, sent: 231, received: 98_362_432 })
  await store.close()
  await studio.restart()
  await studio.open(page, '#/privacy')
  await expect(page.getByRole('row', { name: /models\.example.*starter model.*231 bytes.*98 MB/ })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Nothing sent: 0 bytes of your data uploaded' })).toBeVisible()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  const saved = readFileSync(await (await saving).path(), 'utf8')
  expect(saved.split('\r\n')[0]).toBe('at,host,purpose,sent,received')
  expect(saved).toMatch(/Z,models\.example,the starter model SmolLM2-135M-Instruct,231,98362432\r\n$/)
})
