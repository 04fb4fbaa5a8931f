// A run is one story: one bar with one time left to its verdict, seen from every page, kept from a pause, ending in its answer.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const folder = join(import.meta.dirname, '../../build/gallery')
mkdirSync(folder, { recursive: true })

let dataset = 0
const studio = useStudio(async (running) => {
  ;({ dataset } = await fill(running))
})

async function start(name: string, steps: number): Promise<void> {
  const { roles, version } = await studio.call('data.show', { dataset })
  const [model] = await studio.call('models.list', {})
  const { text, label } = roles
  const settings = { steps, tokens: 4, validateEvery: 20 }
  const on = { model: model?.name ?? '', dataset, version, text, label, test: 60 }
  await studio.call('runs.start', { name, ...on, settings })
}

/** In both themes, as a window of 1280 by 800 and as that leaves at 200 %. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator(`html[data-theme=${colorScheme}]`)).toBeAttached()
    for (const [size, width, height] of [
      ['1280x800', 1280, 800],
      ['200-percent', 640, 400],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.screenshot({ path: join(folder, `story-${name}-${colorScheme}-${size}.png`), fullPage: true })
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

test('a run shows one bar and one time left, in rows that are right, and every page shows the run', async ({
  page,
}) => {
  await start('Long', 20_000)
  await start('Behind it', 20)
  await studio.open(page, '#/tune/Long')
  const bar = page.getByRole('progressbar', { name: 'Long', exact: true })
  for (const phase of ['Prepare', 'Learn', 'Judge']) await expect(bar).toContainText(phase, { timeout: 30_000 })
  await expect(page.getByText('Learning', { exact: true })).toBeVisible()
  await expect(page.getByText(/left$/).first()).toBeVisible()
  await expect(bar).toHaveAttribute('aria-valuetext', /Learning, .* left/)
  await expect(page.getByText(/^\d+ of \d+ check rows right$/)).toBeVisible()
  await expect(page.getByText(/^\d+ at the start$/)).toBeVisible()
  await expect(page.getByRole('figure', { name: 'Check rows right' })).toContainText('Model alone')
  // What engineers look at is folded.
  await expect(page.getByText('Learning rate')).toBeHidden()
  await inspect(page, 'story-running')
  await picture(page, 'running')
  await page.getByText('Details', { exact: true }).click()
  await expect(page.getByText('Learning rate', { exact: true })).toBeVisible()
  // The map says which line is which token, and where in the run.
  const map = page.getByRole('img', { name: /^Gradient of each virtual token/ })
  await expect(map).toContainText(/virtual token\s*1\s*4.*step/)
  await picture(page, 'details')

  const rail = page.getByRole('navigation', { name: 'Pages' })
  for (const place of ['#/data', '#/models', '#/compare']) {
    await page.goto(new URL(place, studio.url).href)
    await expect(rail.getByRole('link', { name: /^Long \d+ % done .* left$/ })).toBeVisible()
  }
  await page.goto(new URL('#/tune', studio.url).href)
  await expect(page.getByRole('listitem').filter({ hasText: 'Behind it' })).toContainText('waits for “Long”')
  await page.goto(new URL('#/tune/Behind%20it', studio.url).href)
  await expect(page.getByText('waits for “Long”')).toBeVisible()
  await picture(page, 'waiting')
  // Its estimate waits as well, and says for what.
  await page.goto(new URL('#/tune/new', studio.url).href)
  await expect(page.getByText(/\d+ rows to learn from/)).toBeVisible()
  await studio.call('runs.discard', { run: 'Behind it' })
  await rail.getByRole('link', { name: /^Long / }).click()
  await expect(page).toHaveURL(/#\/tune\/Long$/)
  // Nothing would be lost, so nothing is asked.
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  await page.reload()
  await expect(page.getByText('Learning', { exact: true })).toBeVisible()
  expect(asked).toEqual([])
})

test('a paused run is stopped and kept, and ends in its verdict, with its curves folded', async ({ page }) => {
  await studio.open(page, '#/tune/Long')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText('Paused', { exact: true })).toBeVisible()
  await inspect(page, 'story-paused')
  await picture(page, 'paused')
  const { checkpoint } = await studio.call('runs.show', { run: 'Long' })
  await page.getByRole('button', { name: 'Stop and keep' }).click()
  await expect(page.getByRole('link', { name: 'See the verdict' })).toBeVisible({ timeout: 60_000 })
  const { run, steps } = await studio.call('runs.show', { run: 'Long' })
  expect(run.state).toBe('finished')
  expect(steps).toHaveLength(checkpoint ?? -1)
  const { sentence } = await studio.call('runs.verdict', { run: 'Long' })
  await expect(page.getByText(sentence)).toBeVisible()
  await expect(page.getByRole('img', { name: /95 % interval/ })).toBeVisible()
  await expect(page.locator('canvas').first()).toBeHidden()
  await expect(page.getByText(/check rows right/)).toBeHidden()
  await inspect(page, 'story-finished')
  await picture(page, 'finished')
  await page.getByText('How it learned').click()
  await expect(page.getByText(/^At step \d+ \(kept\)$/)).toBeVisible()
  await page.getByRole('link', { name: 'See the verdict' }).click()
  await expect(page).toHaveURL(/#\/compare\/Long$/)
})

test('a run that failed says why, and keeps what it has shown', async ({ page }) => {
  await start('Broken off', 20_000)
  await studio.open(page, '#/tune/Broken%20off')
  await expect(page.getByText(/step [1-9][\d,]+ of 20,000/)).toBeVisible({ timeout: 30_000 })
  for (let i = 0; i < 4; i++) {
    const [pid] = studio.computing()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await page.waitForTimeout(2500)
  }
  await expect(page.getByText('Interrupted', { exact: true })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await picture(page, 'interrupted')
  await studio.call('runs.discard', { run: 'Broken off' })
})

test('a new run is estimated by itself, has its times on the cards, and Start below what it depends on', async ({
  page,
}) => {
  await studio.open(page, '#/tune/new')
  // No button is pressed.
  await expect(page.getByRole('radio', { name: /Quick · / })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('radio', { name: /Balanced · / })).toBeVisible()
  await expect(page.getByRole('radio', { name: /Thorough · at most / })).toBeVisible()
  await expect(page.getByText('Whole run', { exact: true })).toBeVisible()
  await expect(page.getByLabel('Repeat to check for luck', { exact: true })).toBeHidden()
  const below = await page.evaluate(() => {
    const start = [...document.querySelectorAll('button')].find(({ type }) => type === 'submit')
    const card = document.querySelector('[aria-label="Before you start"]')
    return card && start ? card.getBoundingClientRect().bottom <= start.getBoundingClientRect().top : false
  })
  expect(below).toBe(true)
  await inspect(page, 'story-new')
  await picture(page, 'new')
})

test('Compare names what a run is measured against, with both figures, and has one clock with Home', async ({
  page,
}) => {
  await studio.open(page, '#/compare')
  const row = page.getByRole('row', { name: /First try/ })
  await expect(page.getByRole('columnheader', { name: 'Best without tuning' })).toBeVisible()
  const { rival } = await studio.call('runs.verdict', { run: 'First try' })
  if (rival !== 'no prompt') await expect(row).toContainText(/Model alone \d+ %/)
  await expect(row).toContainText(/ended (just now|\d+ min ago)/)
  const shown = /ended (just now|\d+ min ago)/.exec((await row.textContent()) ?? '')?.[0] ?? ''
  await page.goto(new URL('#/', studio.url).href)
  await expect(page.getByRole('listitem').filter({ hasText: 'First try' })).toContainText(shown)
  await page.goto(new URL('#/compare/First%20try', studio.url).href)
  const settings = page.getByRole('region', { name: 'Settings', exact: true })
  await expect(settings.getByRole('rowheader', { name: 'Virtual tokens', exact: true })).toBeVisible()
  await expect(settings.getByRole('rowheader', { name: 'Rank' })).toHaveCount(0)
})
