// Journey: several settings are tried in one go, and the page says which mattered, or that the runs cannot tell.
import { expect, test } from '@playwright/test'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

test.describe('a person who wonders which settings to take', () => {
  const studio = useStudio(async (running) => {
    await running.addTinyModel()
    await running.call('data.sample', {})
  })

  test('tries some, pauses, resumes, and reads what mattered', async ({ page }) => {
    await studio.open(page, '#/tune')
    await page.getByRole('link', { name: 'Try several settings' }).click()
    await expect(page.getByText('3 combinations in 3 runs')).toBeVisible()
    await page.getByRole('checkbox', { name: '32', exact: true }).uncheck()
    await page.getByRole('group', { name: 'Learning rate' }).getByLabel('0.02').check()
    await page.getByRole('group', { name: 'Learning rate' }).getByLabel('0.05').check()
    await expect(page.getByText('4 combinations in 4 runs')).toBeVisible()
    await page.getByLabel('Starting text').fill('Sort this letter.\nWhat is it about?')
    await page.getByLabel('Starting text').blur()
    await expect(page.getByText('8 combinations in 8 runs')).toBeVisible()
    await page.getByLabel('Starting text').fill('')
    await page.getByLabel('Starting text').blur()
    await expect(page.getByText('4 combinations in 4 runs')).toBeVisible()
    await inspect(page, 'new-sweep')
    await page.getByRole('button', { name: 'Start the sweep' }).click()
    await expect(page).toHaveURL(/#\/tune\/sweeps\/sweep-1/)

    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByText('Paused', { exact: true })).toBeVisible()
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByText('Finished', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('region', { name: 'What mattered' })).toContainText('Virtual tokens')
    await expect(page.getByRole('row')).toHaveCount(5)
    await expect(page.getByRole('table')).toContainText('Stopped early')
    await inspect(page, 'sweep')

    await page.getByRole('link', { name: 'Tune', exact: true }).first().click()
    await expect(page.getByRole('region', { name: 'Sweeps' })).toContainText('sweep-1')
    await page.getByRole('region', { name: 'Sweeps' }).getByRole('link', { name: 'sweep-1' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
    await expect(
      page
        .getByText('Nothing has been tuned yet')
        .or(page.getByRole('link', { name: 'New run' }))
        .first(),
    ).toBeVisible()
    expect(await studio.call('sweeps.list', {})).toEqual([])
  })

  test('repeats a run with other random seeds, and reads the mean and its band', async ({ page }) => {
    await studio.open(page, '#/tune/new')
    await page.getByLabel('Name of the run').fill('Luck')
    await page.getByText('Advanced', { exact: true }).click()
    await page.getByLabel('Repeat to check for luck', { exact: true }).fill('2')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page).toHaveURL(/#\/tune\/sweeps\/Luck/)
    await expect(page.getByText('Finished', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('row')).toHaveCount(2)
    await expect(page.getByRole('row').last()).toContainText(/\d+ % \(.+\)/)
    await expect(page.getByRole('region', { name: 'Answering together' })).toContainText('The 2 together:')

    await page.getByRole('link', { name: 'Compare', exact: true }).first().click()
    await page.getByRole('region', { name: 'Sweeps' }).getByRole('link', { name: 'Luck' }).click()
    await expect(page.getByRole('heading', { name: 'Luck' })).toBeVisible()
  })
})
