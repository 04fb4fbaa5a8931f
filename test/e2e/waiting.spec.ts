// What waits says for what: a run for the one before it, an estimate for the run, other work for its share of the processor.
import { expect, test } from '@playwright/test'
import { drop } from './support/drop.ts'
import { hold } from './support/hold.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

let model = ''
let dataset = 0
const studio = useStudio(async (running) => {
  model = await running.addTinyModel()
  ;({ dataset } = await running.call('data.sample', {}))
})

async function start(name: string): Promise<void> {
  const { roles, version } = await studio.call('data.show', { dataset })
  const { text, label } = roles
  const settings = { steps: 50_000, tokens: 4, validateEvery: 500 }
  await studio.call('runs.start', { name, model, dataset, version, text, label, settings, test: 60 })
}

const table = Buffer.from(
  ['text,label', ...Array.from({ length: 30 }, (_, i) => `message ${String(i)},${i % 2 ? 'a' : 'b'}`)].join('\n'),
)
const share = '“run-1” is running: this waits for its share of the processor.'

test('where nothing runs, work that takes long waits for nothing', async ({ page }) => {
  await studio.open(page, '#/data')
  const held = await hold(page, 'data.glance')
  await drop(page, 'alone.csv', table)
  await expect(page.getByRole('progressbar', { name: 'Looking at the file' })).toBeVisible()
  // Longer than it would take to say so.
  await page.waitForTimeout(4000)
  await expect(page.getByText(/share of the processor/)).toBeHidden()
  await held.goOn()
  await expect(page.getByRole('button', { name: 'Import 30 rows' })).toBeEnabled()
})

test('a run waits for the one before it, and begins when that makes room', async ({ page }) => {
  await start('run-1')
  await start('run-2')
  await start('run-3')
  await studio.open(page, '#/tune')
  const line = (name: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) })
  await expect(line('run-1')).not.toContainText('waits')
  await expect(line('run-2')).toContainText('waits for “run-1”')
  await expect(line('run-3')).toContainText('waits for “run-2”')
  await inspect(page, 'waiting-queue')
  await page.getByRole('link', { name: 'run-2', exact: true }).click()
  await expect(page.getByText('waits for “run-1”')).toBeVisible()
  await studio.call('runs.stop', { run: 'run-1' })
  await expect(page.getByText('waits for “run-1”')).toBeHidden()
  await expect(page.getByText(/step [1-9][\d,]* of 50,000/)).toBeVisible({ timeout: 30_000 })
  await studio.call('runs.discard', { run: 'run-3' })
  await studio.call('runs.discard', { run: 'run-2' })
  await studio.call('runs.resume', { run: 'run-1' })
})

test('an estimate waits for the run, and other work for its share, once it takes long', async ({ page }) => {
  await studio.open(page, '#/tune/new')
  await expect(page.getByText('The estimate waits for “run-1”.')).toBeVisible()
  await page.goto(new URL('#/data', studio.url).href)
  const held = await hold(page, 'data.glance')
  await drop(page, 'beside.csv', table)
  await expect(page.getByRole('progressbar', { name: 'Looking at the file' })).toBeVisible()
  await expect(page.getByText(share)).toBeHidden()
  await expect(page.getByText(share)).toBeVisible()
  await inspect(page, 'waiting-share')
  await held.goOn()
  await expect(page.getByRole('button', { name: 'Import 30 rows' })).toBeEnabled()
  await expect(page.getByText(share)).toBeHidden()
  await studio.call('runs.discard', { run: 'run-1' })
})
