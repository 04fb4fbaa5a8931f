// Journey: prompt inspection of a run, started, cancelled, failed, repeated, and found again later.
import { expect, type Page, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const card = (page: Page) => page.getByRole('region', { name: 'What the virtual tokens look like (hints)' })

test.describe('a finished run', () => {
  const studio = useStudio(async (running) => {
    const { dataset } = await fill(running)
    const { run, model, textColumn: text, labelColumn: label } = await running.call('runs.show', { run: 'First try' })
    const settings = {
      method: 'prompt-tuning',
      placement: 'start',
      steps: 6,
      tokens: 3,
      init: 'text',
      seed: 1,
    } as const
    const source = { model: model.name, dataset, version: run.version, text, label, test: 60 }
    await running.call('runs.start', { name: 'Words', ...source, settings })
    await running.call('runs.watch', { run: 'Words' })
  })

  test('says what an inspection shows and costs, can be cancelled, and survives a crash', async ({ page }) => {
    await studio.open(page, '#/compare/Words')
    const inspection = card(page)
    await expect(inspection).toContainText('Hints, not explanations')
    await expect(inspection).toContainText('The test set is not used')
    await inspect(page, 'inspection-empty')
    const look = inspection.getByRole('button', { name: 'Inspect the tokens' })
    await look.click()
    await inspection.getByRole('button', { name: 'Cancel' }).click()
    await expect(look).toBeVisible()
    await expect(inspection.getByRole('alert')).toHaveCount(0)

    await expect.poll(() => studio.computing()).toEqual([])
    await look.click()
    await expect.poll(() => studio.computing().length, { intervals: [10] }).toBe(1)
    for (const pid of studio.computing()) process.kill(pid, 'SIGKILL')
    await expect(inspection.getByRole('alert')).toContainText('ended unexpectedly')
    await inspection.getByRole('button', { name: 'Try again' }).click()
    await expect(inspection.getByRole('table')).toBeVisible()
  })

  test('shows nearest tokens, norms, worth and gradients of a prompt, and how to read them', async ({ page }) => {
    await studio.call('runs.inspect', { run: 'Words' })
    await studio.open(page, '#/compare/Words')
    const inspection = card(page)
    await expect(inspection.getByRole('columnheader')).toHaveText([
      'Token',
      'Started as',
      'Nearest words',
      'Norm',
      'Loss without it',
      'Gradient',
    ])
    await expect(inspection.locator('tbody tr')).toHaveCount(3)
    await expect(inspection.locator('tbody tr').first().getByRole('listitem')).toHaveCount(5)
    await expect(inspection.getByRole('img', { name: /at first to .* at last/ })).toHaveCount(3)
    await expect(inspection).toContainText(/Token \d matters most|no token alone makes a difference/)
    await inspection.getByText('How to read this').click()
    await expect(inspection).toContainText('the average of all words takes the place of this token')
    await inspect(page, 'inspection-prompt')
  })

  test('says of a prefix why it has no nearest tokens, and shows its norms instead', async ({ page }) => {
    await studio.open(page, '#/compare/First%20try')
    const inspection = card(page)
    await inspection.getByRole('button', { name: 'Inspect the tokens' }).click()
    await expect(inspection.locator('tbody tr')).toHaveCount(4)
    await expect(inspection).toContainText('There are no nearest words')
    await expect(inspection.getByRole('columnheader', { name: 'Keys' })).toBeVisible()
    await page.reload()
    await expect(inspection.locator('tbody tr')).toHaveCount(4)
    await inspect(page, 'inspection-prefix')
  })
})
