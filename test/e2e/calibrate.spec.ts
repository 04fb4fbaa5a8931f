// Journey: a person sees how far a prompt can be trusted, sets from when on it answers alone, and finds that in Try and in a file.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { createRandom } from '../../main/engine/random.ts'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { type RunningStudio, useStudio } from './support/studio.ts'

const labels = ['billing', 'delivery', 'praise']
const words = 'lamp river orange window paper violin garden copper meadow anchor candle forest'.split(' ')

/** Messages whose label stands in them, and some of which nobody can tell it. */
function messages(): string {
  const random = createRandom(4)
  const some = (from: readonly string[]): string => from[random.integer(from.length)] ?? ''
  const lines = Array.from({ length: 600 }, (_, i) => {
    const label = some(labels)
    const topic = i % 6 === 0 ? 'something' : label
    return `${some(words)} ${String(random.integer(100_000))} ${some(words)} is about ${topic},${label}`
  })
  return ['text,label', ...lines, ''].join('\n')
}

/** A run whose prompt is sure of what it can know. */
async function tuneWell(studio: RunningStudio): Promise<void> {
  await fill(studio)
  const path = join(studio.home, 'messages.csv')
  writeFileSync(path, messages())
  const { dataset, version } = await studio.call('data.import', { path })
  const [model] = await studio.call('models.list', {})
  const settings = {
    ...{ method: 'tail-ia3', learningRate: 0.05, steps: 300, validateEvery: 100 },
    ...{ duel: false, folds: 0 },
  } as const
  const rows = { dataset, version, text: 'text', label: 'label' }
  await studio.call('runs.start', { name: 'Messages', model: model?.name ?? '', ...rows, settings })
  await studio.call('runs.watch', { run: 'Messages' })
}

/** A message about something that the prompt answers alone, or leaves to a person. */
async function messageAbout(studio: RunningStudio, topic: string, isUnsure: boolean): Promise<string> {
  for (const word of words) {
    const text = `${word} 71 garden is about ${topic}`
    const { unsure } = await studio.call('classify', { run: 'Messages', text })
    if ((unsure !== undefined) === isUnsure) return text
  }
  throw new Error(`It is ${isUnsure ? 'sure' : 'unsure'} of every message about ${topic}.`)
}

const cardOf = (page: Page) => page.getByRole('region', { name: 'How far it can be trusted' })

test.describe('with a run that knows little, and one that knows much', () => {
  const studio = useStudio(tuneWell)

  test('a prompt that knows too little promises nothing, and says why', async ({ page }) => {
    await studio.open(page, '#/compare/First%20try')
    const card = cardOf(page)
    await expect(card).toContainText('No limit can be promised: as far as 60 rows')
    await expect(card).toContainText('It always answers alone')
    await expect(card.getByRole('slider')).toHaveCount(0)
    await card.scrollIntoViewIfNeeded()
    await inspect(page, 'calibration-nothing')
  })

  test('a threshold is set by the keyboard, and promised in words', async ({ page }) => {
    await studio.open(page, '#/compare/Messages')
    const card = cardOf(page)
    await expect(card).toContainText(/fitted on \d+ rows of the validation set/)
    await expect(card.getByRole('img', { name: /Share of right answers by how sure/ })).toBeVisible()
    await card.getByText('As a table').first().click()
    await expect(card.getByRole('row', { name: /^Calibrated/ }).first()).toContainText('%')

    const handle = card.getByRole('slider', { name: 'Wrong answers at most' })
    await handle.press('Home')
    const first = await handle.getAttribute('aria-valuetext')
    await handle.press('ArrowRight')
    await expect(handle).toHaveAttribute('aria-valuenow', '1')
    await expect(handle).not.toHaveAttribute('aria-valuetext', first ?? '')
    await handle.press('Home')
    await expect(card).toContainText(first ?? '-')
    await card.getByRole('button', { name: 'Set this threshold' }).click()
    await expect(card).toContainText(
      /Promised, with 95 % confidence: at most [\d.]+ % of the answers that it gives alone/,
    )
    await expect(card).toContainText(/The other \d+ rows \(\d+ %\) go to a person\./)
    await card.scrollIntoViewIfNeeded()
    await inspect(page, 'calibration')
    // What a window of 1280 by 800 leaves at 200 %.
    await page.setViewportSize({ width: 640, height: 400 })
    await handle.scrollIntoViewIfNeeded()
    expect(await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0)
    await inspect(page, 'calibration-200-percent')
  })

  test('a threshold is used in Try and in a file, and lifted', async ({ page }) => {
    const shown = await studio.call('calibrations.show', { run: 'Messages' })
    const [offered] = 'choices' in shown ? shown.choices : []
    await studio.call('calibrations.limit', { run: 'Messages', limit: offered?.limit ?? NaN })
    const unsure = await messageAbout(studio, 'something', true)
    const sure = await messageAbout(studio, 'praise', false)
    await studio.open(page, '#/try?run=Messages')
    await page.getByLabel('A text to answer').fill(unsure)
    await page.getByLabel('A text to answer').press('Control+Enter')
    const column = page.getByRole('region', { name: 'Messages', exact: true })
    await expect(column).toContainText(/Unsure It answers alone where it is at least [\d.]+ % sure\./)
    await inspect(page, 'try-unsure')

    const path = join(studio.home, 'new.csv')
    writeFileSync(path, `text\n${unsure}\n${sure}\n`)
    const { id: labelling } = await studio.call('labellings.open', { path, prompts: ['Messages'] })
    await studio.call('labellings.start', { labelling })
    await studio.call('labellings.watch', { labelling })
    await studio.open(page, `#/label/${String(labelling)}`)
    await expect(page.getByRole('row', { name: /about something/ })).toContainText('unsure')
    await expect(page.getByRole('row', { name: /about praise/ })).not.toContainText('unsure')
    await expect(page.getByLabel('Less sure than')).toContainText('(its threshold)')
    await inspect(page, 'label-unsure')
    const out = join(studio.home, 'out.csv')
    await studio.call('labellings.save', { labelling, to: 'csv', path: out })
    expect(readFileSync(out, 'utf8')).toMatch(/about something,\w+,0\.\d+,unsure\r\n.*about praise,praise,[\d.]+,\r\n/)

    await studio.open(page, '#/compare/Messages')
    const card = cardOf(page)
    await card.getByRole('button', { name: 'Always answer alone' }).click()
    await expect(card).toContainText('It always answers alone, however unsure it is.')
  })
})
