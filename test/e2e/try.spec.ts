// Journey 6: one text, answered side by side, and a wrong answer sent back to the data.
import { expect, test } from '@playwright/test'
import { contrastOf } from './support/contrast.ts'
import { fill } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

test.describe('before any run', () => {
  const studio = useStudio()

  test('the page says what it is for and offers a run', async ({ page }) => {
    await studio.open(page, '#/try')
    await expect(page.getByRole('heading', { name: 'Nothing to try yet' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'New run' })).toBeVisible()
  })
})

test.describe('with two prompts', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    ;({ dataset } = await fill(running, ['First try', 'Second try']))
  })

  test('the model alone, a hand-written prompt and two tuned ones answer the same text with label probabilities, and freely where that is asked for', async ({
    page,
  }) => {
    await studio.open(page, '#/try?run=First%20try')
    await expect(page.getByRole('region', { name: 'First try' })).toContainText('4 virtual tokens')
    await page.getByLabel('Add a tuned prompt').selectOption('Second try')
    await page.getByLabel('Your instruction').fill('Say which department should answer.')
    await page.getByLabel('A text to answer').fill('I was charged twice.')
    await page.getByLabel('A text to answer').press('Control+Enter')
    for (const name of ['Model alone', 'Hand-written prompt', 'First try', 'Second try']) {
      const column = page.getByRole('region', { name, exact: true })
      await expect(column.getByRole('listitem')).toHaveCount(6)
      await expect(column.getByRole('button', { name: 'This is wrong' })).toBeVisible()
      const shares = await column.getByRole('listitem').allTextContents()
      const sum = shares.reduce((total, text) => total + Number(/(\d+) %/.exec(text)?.[1]), 0)
      expect(Math.abs(sum - 100)).toBeLessThan(5)
    }
    await page.getByRole('button', { name: 'Remove Second try' }).click()
    await expect(page.getByRole('region', { name: 'Second try' })).toHaveCount(0)
    const free = page.getByRole('heading', { name: 'Free answer' })
    await expect(free).toHaveCount(0)
    await page.getByText('Writing: length, temperature and more').click()
    await page.getByLabel('Also let the model write freely').check()
    await page.getByLabel('Temperature').fill('0.8')
    await page.getByText('Details', { exact: true }).click()
    await page.getByLabel('Top-k').fill('5')
    await page.getByLabel('Min-p').fill('2')
    await page.getByText('Details', { exact: true }).click()
    const answer = page.getByRole('button', { name: 'Answer', exact: true })
    await answer.click()
    // What is wrong with a setting is shown where it stands, also where that was folded away.
    await expect(page.getByLabel('Min-p')).toBeVisible()
    await expect(free).toHaveCount(0)
    await page.getByLabel('Min-p').fill('0.05')
    await answer.click()
    await expect(free).toHaveCount(3)
  })

  test('a wrong answer becomes a row with its right label, and can be tuned on', async ({ page }) => {
    const before = await studio.call('data.show', { dataset })
    await studio.open(page, '#/try?run=First%20try')
    await page.getByLabel('A text to answer').fill('My parcel went to the neighbours.')
    await page.getByRole('button', { name: 'Answer' }).click()
    await page.getByRole('region', { name: 'First try' }).getByRole('button', { name: 'This is wrong' }).click()
    await page.getByLabel('The right label').selectOption('delivery')
    await page.getByRole('button', { name: 'Add to the data' }).click()
    await expect(page.getByText('A row was added to support-messages.csv.')).toBeVisible()
    const after = await studio.call('data.show', { dataset })
    expect(after.rows).toBe(before.rows + 1)
    const query = { search: 'went to the neighbours', filters: [], states: ['used' as const] }
    const { view, total } = await studio.call('data.view', { dataset, query })
    expect(total).toBe(1)
    const [row] = await studio.call('data.page', { view, from: 0, count: 1 })
    expect(row?.cells).toEqual(
      after.columns.map((column) =>
        column === after.roles.text
          ? 'My parcel went to the neighbours.'
          : column === after.roles.label
            ? 'delivery'
            : '',
      ),
    )
    await page.getByRole('button', { name: 'Tune again' }).click()
    await expect(page).toHaveURL(/#\/tune\/new/)
  })

  test('an answer that does not come can be stopped, and the next one comes', async ({ page }) => {
    await studio.open(page, '#/try?run=First%20try')
    const answer = page.getByRole('button', { name: 'Answer' })
    await page.getByLabel('A text to answer').fill('Stop me.')
    await answer.click()
    await expect(answer).toBeEnabled()
    for (const pid of studio.computing()) process.kill(pid, 'SIGSTOP')
    await answer.click()
    await expect(answer).toHaveAttribute('aria-busy', 'true')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect(page.locator(`html[data-theme=${colorScheme}]`)).toBeAttached()
      await answer.hover()
      // Of a button that waits, axe does not look at it.
      await expect.poll(() => contrastOf(answer)).toBeGreaterThan(4.5)
    }
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect(answer).toBeEnabled()
    await expect(page.getByRole('alert')).toHaveCount(0)
    await answer.click()
    await expect(answer).toBeEnabled()
    await expect(page.getByRole('alert')).toHaveCount(0)
  })
})
