// Journey: a table without answers comes to a prompt that suggests them, by keys alone.
import { expect, type Page, test } from '@playwright/test'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await running.addTinyModel()
})

const words = { billing: ['invoice', 'refund', 'charge', 'price'], delivery: ['parcel', 'courier', 'late', 'address'] }

const labelAt = (i: number): keyof typeof words => (i % 2 === 0 ? 'billing' : 'delivery')

const table = [
  'message',
  ...Array.from({ length: 40 }, (_, i) => {
    const some = words[labelAt(i)]
    return `${some[i % 4] ?? ''} ${String(i * 7919)} ${some[(i + 1) % 4] ?? ''}`
  }),
  '',
].join('\n')

/** Presses Tab until what has the focus, and takes keys, has this name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const found = await page.evaluate(() => {
      const focused = document.activeElement
      if (!(focused instanceof HTMLElement) || !focused.matches('a, button, input, select, [role=grid]')) return ''
      const [label] = focused instanceof HTMLInputElement ? [...(focused.labels ?? [])] : []
      return [focused.getAttribute('aria-label'), label?.textContent, focused.textContent].filter(Boolean).join(' ')
    })
    if (name.test(found)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reached ${String(name)}`)
}

test('labels are named, rows answered, a prompt tuned, its suggestions accepted and corrected, all by keys', async ({
  page,
}) => {
  await studio.open(page, '#/label')
  await expect(page.getByRole('heading', { name: 'Start from a few answers' })).toBeVisible()
  await inspect(page, 'from-few-start')
  // A key is faster than the request that the browser hand over its dialog.
  const choosing = page.waitForEvent('filechooser')
  await tabTo(page, /Choose a file/)
  await page.keyboard.press('Enter')
  const chooser = await choosing
  await chooser.setFiles({ name: 'mail.csv', mimeType: '', buffer: Buffer.from(table) })
  await expect(page.getByRole('heading', { name: 'mail.csv' })).toBeVisible()
  await tabTo(page, /^\s*Labels/)
  await page.keyboard.type('billing, delivery')
  await inspect(page, 'from-few-labels')
  await page.keyboard.press('Enter')
  const grid = page.getByRole('grid', { name: 'Rows with their answers' })
  await expect(grid).toBeVisible()
  await expect(page.getByText(/Before you can tune: 3 more of billing, 3 more of delivery/)).toBeVisible()
  await tabTo(page, /Rows with their answers/)
  for (let i = 0; i < 12; i++) await page.keyboard.press(i % 2 === 0 ? '1' : '2')
  await expect(page.getByText('12 rows answered by you (billing: 6, delivery: 6).')).toBeVisible()
  await inspect(page, 'from-few-answered')
  await page.keyboard.press('n')
  await expect(page.getByRole('dialog', { name: 'New label' })).toBeVisible()
  await inspect(page, 'from-few-new-label')
  await page.keyboard.type('billling')
  await page.keyboard.press('Enter')
  await expect(page.getByText(/2 more of billling/)).toBeVisible()
  await page.getByRole('button', { name: 'Rename a label' }).click()
  const renaming = page.getByRole('dialog', { name: 'Rename a label' })
  await renaming.getByLabel('Label', { exact: true }).selectOption('billling')
  await renaming.getByLabel('New name').fill('billing')
  await expect(renaming.getByText('all rows that you have given billling become billing')).toBeVisible()
  await inspect(page, 'from-few-rename-label')
  await page.keyboard.press('Enter')
  await expect(page.getByText('13 rows answered by you (billing: 7, delivery: 6).')).toBeVisible()
  await expect(grid).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('0')
  await expect(page.getByText('12 rows answered by you (billing: 6, delivery: 6).')).toBeVisible()
  await page.keyboard.press('Home')
  await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await tabTo(page, /Tune on 12 rows/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/tune\/new/)
  await expect(page.getByText(/12 rows are few/)).toBeVisible()
  await tabTo(page, /Name of the run/)
  await page.keyboard.type('Few')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/tune\/Few/)
  await expect
    .poll(async () => (await studio.call('runs.show', { run: 'Few' })).run.state, { timeout: 90_000 })
    .toBe('finished')
  const [labelling] = await studio.call('labellings.list', {})
  await page.goto(new URL(`#/label/${String(labelling?.id)}`, studio.url).href)
  await tabTo(page, /Let “Few” suggest answers/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /^Accept all that are/ })).toBeVisible({ timeout: 60_000 })
  await inspect(page, 'from-few-suggested')
  await tabTo(page, /Rows with their answers/)
  const shown = page.getByRole('region', { name: 'Which answer is right?' }).getByLabel('Text')
  const first = await shown.textContent()
  await page.keyboard.press('Enter')
  await expect(shown).not.toHaveText(first ?? '')
  await expect(page.getByText(/^13 rows answered by you/)).toBeVisible()
  await page.keyboard.press('1')
  await expect(page.getByText(/^14 rows answered by you/)).toBeVisible()
  const id = labelling?.id ?? 0
  const { rows } = await studio.call('labellings.rows', {
    labelling: id,
    prompt: 'Few',
    order: 'confidence',
    from: 0,
    count: 100,
  })
  const open = rows.filter(({ corrected }) => corrected === undefined).map(({ confidence }) => confidence)
  expect(open).toHaveLength(26)
  expect(open).toEqual(open.toSorted((a, b) => a - b))
  await studio.call('labellings.accept', { labelling: id, prompt: 'Few', above: 0 })
  await expect(
    page.getByText(/26 rows accepted unseen: a prompt learns from them, and no verdict rests on them/),
  ).toBeVisible()
  await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await tabTo(page, /Tune on 40 rows/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/tune\/new/)
  await expect(page.getByText(/^14 test rows show only differences above/)).toBeVisible()
})
