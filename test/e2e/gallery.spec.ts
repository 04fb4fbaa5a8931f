// Looks at every screen, empty and full, in both themes and three sizes: keeps a picture of each and checks it with axe.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { compareMethods, fill, sweepOver } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

const folder = join(import.meta.dirname, '../../build/gallery')
mkdirSync(folder, { recursive: true })

const themes = ['light', 'dark'] as const
const sizes = [
  { name: '1280x800', width: 1280, height: 800, zoom: 1 },
  { name: '1920x1080', width: 1920, height: 1080, zoom: 1 },
  // What a window of 1280 by 800 leaves at 200 %.
  { name: '200-percent', width: 640, height: 400, zoom: 2 },
] as const

/** Pages by name; `run` and `dataset` stand for what the filled studio holds. */
const screens = {
  home: '#/',
  data: '#/data',
  import: '#/data/import',
  tune: '#/tune',
  'tune-new': '#/tune/new',
  'sweep-new': '#/tune/sweeps',
  'methods-new': '#/tune/methods',
  compare: '#/compare',
  try: '#/try',
  share: '#/share',
  shelf: '#/shelf',
  serve: '#/serve',
  models: '#/models',
  privacy: '#/privacy',
  settings: '#/settings',
  help: '#/help',
} as const

const filledOnly = {
  dataset: '#/data/1',
  rows: '#/data/1/rows',
  run: '#/tune/First%20try',
  sweep: '#/tune/sweeps/Which%20tokens',
  methods: '#/tune/sweeps/Which%20method',
  verdict: '#/compare/First%20try',
} as const

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await expect(page.locator('h1')).toBeVisible()
  await expect(page.locator('.skeleton')).toHaveCount(0)
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
    const over = Promise.all(ending.map((each) => each.finished.catch(() => undefined)))
    // An animation whose element is no longer painted may never report its end; none of ours takes as long as this.
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 1000))])
  })
}

async function inspect(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'])
    .analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
  expect(found, name).toEqual([])
}

async function visit(
  page: Page,
  open: (hash: string) => Promise<void>,
  state: string,
  all: Record<string, string>,
): Promise<void> {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  for (const [name, hash] of Object.entries(all)) {
    await open(hash)
    await settle(page)
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect(page.locator(`html[data-theme=${colorScheme}]`)).toBeAttached()
      await settle(page)
      await inspect(page, `${name}, ${state}, ${colorScheme}`)
      for (const { name: size, width, height } of sizes) {
        await page.setViewportSize({ width, height })
        await settle(page)
        expect(await overflow(page), `${name} at ${size} scrolls sideways`).toBe(0)
        await page.screenshot({ path: join(folder, `${name}-${state}-${colorScheme}-${size}.png`) })
      }
      await page.setViewportSize({ width: 1280, height: 800 })
    }
  }
  expect(complaints).toEqual([])
}

/** Pixels that the page is wider than its window. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const main = document.querySelector('main')
    return main ? main.scrollWidth - main.clientWidth : 0
  })

test.describe('a new studio', () => {
  const studio = useStudio()

  test('every empty screen teaches, in both themes and at every size', async ({ page }) => {
    test.setTimeout(240_000)
    await studio.open(page)
    await visit(page, (hash) => studio.open(page, hash), 'empty', screens)
  })
})

test.describe('a studio that was used for a while', () => {
  const studio = useStudio(async (running) => {
    const filled = await fill(running, ['First try', 'Second try'])
    await sweepOver(running, filled)
    await compareMethods(running, filled)
    await running.call('shelf.put', { prompt: 'First try', name: 'support', purpose: 'Which team answers a message' })
    await running.call('shelf.put', { prompt: 'Second try', name: 'support', compare: true })
  })

  test('every full screen, in both themes and at every size', async ({ page }) => {
    test.setTimeout(240_000)
    await studio.open(page)
    await visit(page, (hash) => studio.open(page, hash), 'full', { ...screens, ...filledOnly })
  })
})
