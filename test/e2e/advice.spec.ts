// Journey: a run that did poorly says why, and the run that it proposes is set up, started and measured against it.
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { type RunningStudio, useStudio } from './support/studio.ts'

/** Tuned as 'First try' was, but so slowly that it learns nothing. */
async function slow(studio: RunningStudio, dataset: number): Promise<void> {
  const { run, model, textColumn: text, labelColumn: label } = await studio.call('runs.show', { run: 'First try' })
  const settings = { ...run.settings, steps: 12, validateEvery: 3, learningRate: 1e-6 }
  const { version } = run
  await studio.call('runs.start', {
    name: 'Too slow',
    model: model.name,
    dataset,
    version,
    text,
    label,
    settings,
    test: 60,
  })
  await studio.call('runs.watch', { run: 'Too slow' })
}

test.describe('after a run that learned nothing', () => {
  const studio = useStudio(async (running) => {
    const { dataset } = await fill(running)
    await slow(running, dataset)
  })

  test('the verdict is followed by what to try next, and by that run with one change', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 })
    await studio.open(page, '#/compare/Too%20slow')
    const card = page.getByRole('region', { name: 'What to try next' })
    await expect(card.getByRole('heading', { name: 'Learning rate too low' })).toBeVisible()
    await expect(card).toContainText(/Raise the learning rate from 0\.000001 to 0\.05\./)
    await expect(card).toContainText(/In 12 steps the validation loss went from [\d.]+ to [\d.]+/)
    await card.scrollIntoViewIfNeeded()
    await inspect(page, 'advice')

    await card.getByRole('link', { name: 'Set up this run: Learning rate too low' }).click()
    await expect(page.getByText('Like “Too slow”, with one change')).toBeVisible()
    await expect(page.getByText('Raise the learning rate from 0.000001 to 0.05.')).toBeVisible()
    await inspect(page, 'advised-run')
    await page.getByLabel('Name').fill('As advised')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page).toHaveURL(/#\/tune\/As%20advised/)
    expect((await studio.call('runs.watch', { run: 'As advised' })).state).toBe('finished')

    const [before, after] = await Promise.all(
      ['Too slow', 'As advised'].map((run) => studio.call('runs.show', { run })),
    )
    expect(after?.run.settings).toEqual({ ...before?.run.settings, learningRate: 0.05 })
    expect(after?.rows).toEqual(before?.rows)
    const verdict = await studio.call('runs.verdict', { run: 'As advised', against: 'Too slow' })
    expect(verdict.rows).toBe(before?.rows.test)
    expect(after?.notes.map(({ message }) => message).join(' ')).toContain('Raise the learning rate')
  })
})
