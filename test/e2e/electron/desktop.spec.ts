// The app itself, where Electron's program is: its window, the journey from the sample to the verdict, and what its page may not do.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test'
import { starter } from '../../../main/contract/starter.ts'
import { openHome } from '../../../main/service/home/home.ts'
import { attach } from '../../../main/service/socket/client.ts'
import { importButton } from '../support/bring.ts'
import { tuneSample } from '../support/first-run.ts'
import { root, tinyModelFolder } from '../support/studio.ts'

let app: ElectronApplication
let page: Page
const home = mkdtempSync(join(tmpdir(), 'softprompt-electron-'))

const launch = (...args: string[]): Promise<ElectronApplication> => {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  // Outside Electron its package gives the program's path, or says that it has not been fetched.
  const executablePath = createRequire(import.meta.url)('electron') as string
  return _electron.launch({ executablePath, args: [...sandbox, root, '--home', home, ...args] })
}

test.describe.configure({ mode: 'serial' })
test.beforeAll(async () => {
  app = await launch()
  page = await app.firstWindow()
  await page.waitForSelector('html[data-ready]')
})
test.afterAll(async () => {
  await app.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
})

test('its page is shut off from the computer', async () => {
  expect(
    await page.evaluate(() => [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')]),
  ).toEqual(['undefined', 'undefined'])
  const outside = await page.evaluate(() =>
    fetch('https://example.org').then(
      () => 'answered',
      () => 'refused',
    ),
  )
  expect(outside).toBe('refused')
})

test('one click tunes the sample and ends with a verdict', async () => {
  const studio = await attach(openHome(home).address)
  await studio?.call('models.add', { path: tinyModelFolder, name: starter.name })
  await studio?.close()
  await tuneSample(page)
})

test('a file that is opened with it comes in after a question, handed over by the second instance', async () => {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false })
  })
  const path = join(home, 'mail.csv')
  writeFileSync(path, 'text,label\nThe parcel came late,delivery\nGreat shop,praise\n')
  const second = await launch(path).catch(() => undefined)
  await importButton(page).click()
  await expect(page.getByRole('heading', { level: 1, name: 'mail.csv', exact: true })).toBeVisible()
  await second?.close().catch(() => undefined)
})
