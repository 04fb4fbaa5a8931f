// Journey: methods are compared on the same rows, and the table says what to take, why, and what each of them costs.
import { readFileSync } from 'node:fs'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

test.describe('a person who wonders which method to take', () => {
  const studio = useStudio(async (running) => {
    await running.addTinyModel()
    await running.call('data.sample', {})
  })

  const choice = (page: Page, name: RegExp): Locator => page.getByRole('checkbox', { name })
  const row = (page: Page, name: string): Locator =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })

  test('chooses some, sees what it takes, pauses, resumes, and reads the table', async ({ page }) => {
    test.setTimeout(180_000)
    await studio.open(page, '#/data/1')
    await page.getByRole('link', { name: 'Compare methods' }).click()
    await expect(page.getByText('8 methods in 8 runs')).toBeVisible()
    await expect(choice(page, /^LoRA/)).not.toBeChecked()
    for (const name of [/^Prompt tuning/, /^P-tuning/, /^Prefix tuning with/, /^Tail LoRA/, /^Prefix and tail/])
      await choice(page, name).uncheck()
    await expect(page.getByText('3 methods in 3 runs')).toBeVisible()
    await choice(page, /^Tail IA3/).uncheck()
    await choice(page, /^Tail biases/).uncheck()
    await expect(page.getByText('Choose at least two methods.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Start the comparison' })).toBeDisabled()
    await choice(page, /^Tail IA3/).check()
    await choice(page, /^Tail biases/).check()
    await page.getByRole('button', { name: 'Estimate the time' }).click()
    await expect(page.getByText(/All together: /)).toBeVisible({ timeout: 90_000 })
    await expect(page.getByText(/a run takes /)).toHaveCount(3)
    await inspect(page, 'new-comparison')
    await page.getByLabel('Name of the comparison').fill('Which method')
    await page.getByRole('button', { name: 'Start the comparison' }).click()
    await expect(page).toHaveURL(/#\/tune\/sweeps\/Which%20method/)

    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByText('Paused', { exact: true })).toBeVisible()
    await expect(row(page, 'Tail IA3')).toContainText('not finished')
    await inspect(page, 'comparison-paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByText('Finished', { exact: true }).first()).toBeVisible({ timeout: 90_000 })
    await expect(page.getByText(/^(Take|Keep) |; take /).first()).toBeVisible()
    await expect(page.getByRole('row')).toHaveCount(8)
    await expect(row(page, 'Tail IA3')).toContainText('another studio')
    await expect(row(page, 'Model alone')).toContainText('not tuned')
    await inspect(page, 'comparison')
  })

  test('sorts it, saves it, and goes on with one of the prompts', async ({ page }) => {
    await studio.open(page, '#/tune/sweeps/Which%20method')
    const sort = page.getByRole('button', { name: 'Sort by Prompt file' })
    const head = page.getByRole('columnheader', { name: 'Sort by Prompt file' })
    const names = async (): Promise<string[]> => {
      const cells = await page.getByRole('rowheader').allTextContents()
      return cells.map(
        (text) =>
          /^\s*(Prefix tuning|Tail IA3|Tail biases|Model alone|Best hand-written|Word count|Linear probe)/.exec(
            text,
          )?.[1] ?? '',
      )
    }
    await sort.click()
    await expect(head).toHaveAttribute('aria-sort', 'ascending')
    const ascending = await names()
    expect(ascending[0]).toBe('Tail IA3')
    // What is not tuned has no prompt file: it stays below, in whichever order it had.
    const untuned = ascending.slice(3)
    expect(untuned.toSorted()).toEqual(['Best hand-written', 'Linear probe', 'Model alone', 'Word count'])
    await sort.click()
    await expect(head).toHaveAttribute('aria-sort', 'descending')
    const descending = await names()
    expect(descending.slice(0, 3)).toEqual(ascending.slice(0, 3).reverse())
    expect(descending.slice(3)).toEqual(untuned)

    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the table (CSV)' }).click()
    const table = readFileSync(await (await saving).path(), 'utf8')
    expect(table).toMatch(/^name,kind,outcome,mean,/)
    expect(table.trim().split('\r\n')).toHaveLength(8)
    const reporting = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save a report' }).click()
    expect(readFileSync(await (await reporting).path(), 'utf8')).toContain('<h1>Methods compared: Which method</h1>')

    await row(page, 'Tail IA3').getByRole('link', { name: /^Try / }).click()
    await expect(page).toHaveURL(/#\/try\/Which%20method\.2/)
    await page.getByRole('link', { name: 'Compare', exact: true }).first().click()
    await page.getByRole('region', { name: 'Sweeps' }).getByRole('link', { name: 'Which method' }).click()
    await expect(page.getByRole('region', { name: 'The methods' })).toBeVisible()
  })
})
