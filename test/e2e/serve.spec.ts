// Journey: a prompt goes on the shelf and answers a program that was copied from the page; a new version is compared, and rolled back.
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, type Page, test } from '@playwright/test'
import { freePort } from '../support/free-port.ts'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await fill(running, ['First try', 'Second try'])
})

/** A Python where there is one, else this Node: each with its own language's button. */
const program = (): { readonly command: string; readonly language: string; readonly file: string } => {
  const python = ['python3', 'python'].find((command) => spawnSync(command, ['--version']).status === 0)
  return python === undefined
    ? { command: process.execPath, language: 'JavaScript', file: 'ask.mjs' }
    : { command: python, language: 'Python', file: 'ask.py' }
}

/** Copies what the page shows, and runs it as it stands. */
async function runCopied(page: Page): Promise<string> {
  const { command, language, file } = program()
  await page.getByRole('button', { name: language, exact: true }).click()
  await page.getByRole('button', { name: `Copy: ${language}` }).click()
  await expect(page.getByText('Copied.')).toBeVisible()
  const path = join(studio.home, file)
  writeFileSync(path, await page.evaluate(() => navigator.clipboard.readText()))
  return (await promisify(execFile)(command, [path], { timeout: 60_000 })).stdout
}

test('a program that was copied from the page gets its answer, and shows in the log', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await studio.open(page, '#/share/First%20try')
  await page
    .getByRole('region', { name: 'Let programs ask it' })
    .getByRole('button', { name: 'Put on the shelf' })
    .click()
  const dialog = page.getByRole('dialog', { name: 'Put on the shelf' })
  await dialog.getByLabel('Name').fill('support')
  await dialog.getByLabel('What it is for').fill('Which team answers a message')
  await dialog.getByRole('button', { name: 'Put on the shelf' }).click()
  await expect(page).toHaveURL(/#\/shelf$/)
  const item = page.getByRole('region', { name: 'support' })
  await expect(item).toContainText('Which team answers a message')
  await expect(item).toContainText('No answer yet today')

  await page.getByRole('link', { name: 'Serve on this computer' }).click()
  await expect(page.getByText('No request yet.')).toBeVisible()
  await page.getByLabel('Port').fill('99999')
  await expect(page.getByText('The port is a whole number from 1 to 65535.')).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Serve on this computer' })).toBeDisabled()
  await page.getByLabel('Port').fill(String(await freePort()))
  await page.getByRole('switch', { name: 'Serve on this computer' }).check()
  await expect(page.getByRole('link', { name: 'Serving' })).toBeVisible()
  const address = (await page.getByRole('group', { name: 'Address' }).locator('code').textContent()) ?? ''
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)

  const answer = await runCopied(page)
  expect(answer).toMatch(/^[\w ]+ [\d.e-]+\n$/)
  const row = page.getByRole('table', { name: 'Requests' }).getByRole('row').nth(1)
  await expect(row).toContainText('POST /v1/classify')
  await expect(row).toContainText('support')
  await expect(row).toContainText('200')
  await inspect(page, 'serve')

  await page.getByRole('link', { name: '← Shelf' }).click()
  await expect(item).toContainText(/1 answer: /)
})

test('a key is shown once and opens until it is revoked', async ({ page }) => {
  await studio.open(page, '#/serve')
  await page.getByRole('switch', { name: 'Ask for a key' }).check()
  await expect(page.getByText('There is no key yet')).toBeVisible()
  const { url } = await studio.call('api.state', {})
  const models = async (key: string) =>
    (await fetch(`${String(url)}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status
  await page.getByRole('button', { name: 'Make a key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('report script')
  await dialog.getByLabel('Requests a minute').fill('600')
  await dialog.getByRole('button', { name: 'Make a key' }).click()
  await expect(dialog).toContainText('Copy it now')
  const key = (await dialog.locator('code').textContent()) ?? ''
  await inspect(page, 'serve-key')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(page.locator('body')).not.toContainText(key)
  const keys = page.getByRole('table', { name: 'Keys' })
  await expect(keys).toContainText('600 a minute')
  expect(await models(key)).toBe(200)
  await expect(page.getByRole('table', { name: 'Requests' })).toContainText('key report script')

  await keys.getByRole('button', { name: 'Revoke report script' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByText('There are no keys.')).toBeVisible()
  expect(await models(key)).toBe(401)
  await page.getByRole('switch', { name: 'Ask for a key' }).uncheck()
  await expect.poll(() => models('anything')).toBe(200)
})

test('a new version is compared on the same requests, takes over, and is rolled back', async ({ page }) => {
  const { url } = await studio.call('api.state', {})
  const ask = async (text: string): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ prompt: 'support', text })
    expect((await fetch(`${String(url)}/v1/classify`, { method: 'POST', headers, body })).status).toBe(200)
  }
  await studio.open(page, '#/shelf')
  const item = page.getByRole('region', { name: 'support' })
  await item.getByRole('button', { name: 'New version' }).click()
  const dialog = page.getByRole('dialog', { name: 'Put on the shelf' })
  await expect(dialog.getByLabel('As')).toHaveValue('support')
  await dialog.getByLabel('Prompt', { exact: true }).selectOption('Second try')
  await expect(dialog.getByRole('radio', { name: /Compare it first/ })).toBeChecked()
  await inspect(page, 'shelf-put')
  await dialog.getByRole('button', { name: 'Put on the shelf' }).click()

  const comparison = item.getByRole('region', { name: 'Version 1 answers, version 2 is compared' })
  await expect(comparison).toContainText('Both have answered nothing together yet')
  for (const text of ['I was charged twice.', 'Where is my parcel?', 'Thank you!']) await ask(text)
  await expect(comparison).toContainText(/They agree on \d+ % of 3 requests\./)
  await item.getByText('2 versions').click()
  await inspect(page, 'shelf')

  await comparison.getByRole('button', { name: 'Switch to version 2' }).click()
  await expect(comparison).toHaveCount(0)
  await expect(item.getByText('Version 2', { exact: true }).first()).toBeVisible()
  await item.getByRole('button', { name: 'Roll back to it: Version 1' }).click()
  await expect(item.getByRole('row', { name: /^1 First try .*Answers/ })).toBeVisible()
  expect((await studio.call('shelf.list', {}))[0]).toMatchObject({ version: 1, candidate: null })
})

test('serving stays on over a restart, and says what is in its way', async ({ page }) => {
  const { port } = await studio.call('api.state', {})
  await studio.kill()
  const other = createServer()
  await new Promise<void>((resolve) => {
    other.listen(port, '127.0.0.1', resolve)
  })
  await studio.restart()
  await studio.open(page, '#/serve')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(
    `Port ${String(port)} is used by another program. Choose another port, or end that program.`,
  )
  await inspect(page, 'serve-taken')
  await new Promise((resolve) => other.close(resolve))
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('group', { name: 'Address' })).toContainText(String(port))
  await page.getByRole('switch', { name: 'Serve on this computer' }).uncheck()
  await expect(page.getByRole('link', { name: 'Serving' })).toHaveCount(0)
  await expect(fetch(`http://127.0.0.1:${String(port)}/health`)).rejects.toThrow()
})

test('what stands there is taken off, and both pages teach where nothing is', async ({ page }) => {
  await studio.open(page, '#/shelf')
  await page.getByRole('button', { name: 'Take off' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take off' }).click()
  await expect(page.getByRole('heading', { name: 'Nothing on the shelf yet' })).toBeVisible()
  await studio.open(page, '#/serve')
  await expect(page.getByText('Nothing is on the shelf, so there is nobody to ask.')).toBeVisible()
})
