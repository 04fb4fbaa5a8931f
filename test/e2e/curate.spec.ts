// Journey 3: rows are found, changed by mouse and by key, given back, also after a restart; versions are compared.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { DataChange } from '../../main/contract/service.ts'
import { inspect } from './support/inspect.ts'
import { type RunningStudio, useStudio } from './support/studio.ts'
import { writeRows } from '../support/make-rows.ts'

const table = ['text,label', 'The parcel came late,delivery', 'Great shop,praise', 'Where is my invoice,billing']

async function bring(studio: RunningStudio, lines: readonly string[]): Promise<number> {
  const more = Array.from({ length: 57 }, (_, i) => `message ${String(i)},${i % 2 === 0 ? 'delivery' : 'praise'}`)
  const path = join(studio.home, 'mail.csv')
  writeFileSync(path, [...lines, ...more, ''].join('\n'))
  return (await studio.call('data.import', { path })).dataset
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Rows of the data set' })
const line = (page: Page, text: string) => grid(page).getByRole('row').filter({ hasText: text })
/** The head is a row as well. */
const total = (page: Page, rows: number) => expect(grid(page)).toHaveAttribute('aria-rowcount', String(rows + 1))
const body = (page: Page) => grid(page).getByRole('rowgroup').last()

test.describe('sixty rows', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    dataset = await bring(running, table)
  })
  const open = async (page: Page) => {
    await studio.open(page, `#/data/${String(dataset)}/rows`)
    await expect(line(page, 'Great shop')).toBeVisible()
  }

  test('are found by a word, by an answer clicked in the overview, and sorted by a column', async ({ page }) => {
    await open(page)
    await total(page, 60)
    await page.getByLabel('Search the rows').fill('INVOICE')
    await total(page, 1)
    await expect(line(page, 'Where is my invoice')).toBeVisible()
    await page.getByLabel('Search the rows').fill('nothing like it')
    await expect(page.getByText('No row matches')).toBeVisible()
    await page.getByRole('button', { name: 'Clear all filters' }).click()
    await total(page, 60)

    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('button', { name: /billing/ }).click()
    await total(page, 1)
    await page.getByRole('button', { name: /Remove the filter answer: billing/ }).click()
    await total(page, 60)

    const head = grid(page).getByRole('button', { name: /^text/ })
    await head.click()
    await expect(body(page).getByRole('row').first()).toContainText('Great shop')
    await head.click()
    await expect(body(page).getByRole('row').first()).toContainText('Where is my invoice')
    await expect(grid(page).getByRole('columnheader', { name: /^text/ })).toHaveAttribute('aria-sort', 'descending')
  })

  test('are edited in place, answered by key, and given back by Ctrl+Z and Ctrl+Shift+Z', async ({ page }) => {
    await open(page)
    await line(page, 'Great shop').getByText('Great shop').dblclick()
    await page.getByLabel(/^text of row/).fill('Splendid shop')
    await page.keyboard.press('Enter')
    await expect(line(page, 'Splendid shop')).toBeVisible()

    // The answers by their frequency: 1 is delivery.
    await page.keyboard.press('ArrowDown')
    await expect(line(page, 'Where is my invoice')).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('1')
    await expect(line(page, 'Where is my invoice')).toContainText('delivery')

    await page.keyboard.press('Control+z')
    await expect(line(page, 'Where is my invoice')).toContainText('billing')
    await expect(page.getByRole('button', { name: /Undo/ }).first()).toHaveAttribute('title', /Set “text” of 1 row/)
    await page.keyboard.press('Control+z')
    await expect(line(page, 'Great shop')).toBeVisible()
    await page.keyboard.press('Control+Shift+z')
    await expect(line(page, 'Splendid shop')).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect(line(page, 'Great shop')).toBeVisible()
  })

  test('are chosen as a range, excluded, thrown away and put back', async ({ page }) => {
    await open(page)
    await line(page, 'The parcel came late').click()
    await line(page, 'Where is my invoice').click({ modifiers: ['Shift'] })
    await expect(page.getByText('3 selected')).toBeVisible()
    await line(page, 'Great shop').click({ modifiers: ['Control'] })
    await expect(page.getByText('2 selected')).toBeVisible()
    await page.getByRole('button', { name: 'Exclude', exact: true }).click()
    await expect(line(page, 'The parcel came late')).toContainText('Excluded')
    await expect(page.getByRole('button', { name: 'Excluded 2' })).toBeVisible()

    await page.getByRole('button', { name: 'Move to trash' }).click()
    await total(page, 58)
    await page.getByRole('button', { name: 'Trash 2' }).click()
    await total(page, 60)
    await line(page, 'The parcel came late').click()
    await page.keyboard.press('Control+a')
    await expect(page.getByText('60 selected')).toBeVisible()
    await page.getByRole('button', { name: 'Restore' }).click()
    await expect(page.getByRole('button', { name: 'Trash 0' })).toBeVisible()
  })

  test('are added by hand, and every change can be taken back after the service was killed', async ({ page }) => {
    await open(page)
    await page.getByRole('button', { name: 'Add rows' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('text').fill('It works again')
    await dialog.getByLabel('label').fill('praise')
    await dialog.getByRole('button', { name: 'Add rows' }).click()
    await total(page, 61)

    await studio.kill()
    await studio.restart()
    await open(page)
    await total(page, 61)
    await page.getByRole('button', { name: /Undo/ }).first().click()
    await total(page, 60)
    await page.getByRole('button', { name: /Redo/ }).first().click()
    await total(page, 61)
  })

  test('report what differs between two versions', async ({ page }) => {
    const edit = { column: 'text', kind: 'cell', value: 'A parcel, late' } as const
    const { view } = await studio.call('data.view', { dataset, query: { search: '', filters: [], states: ['used'] } })
    await studio.call('data.change', { dataset, target: { by: 'view', view, from: 0, to: 0 }, change: edit })
    await studio.open(page, `#/data/${String(dataset)}/versions`)
    await expect(page.getByText('0 added, 1 changed, 0 removed')).toBeVisible()
    await expect(page.getByRole('cell', { name: /The parcel came late/ })).toBeVisible()
    await expect(page.getByRole('cell', { name: /A parcel, late/ })).toBeVisible()
    await page.getByLabel('From').selectOption({ index: -1 + (await studio.call('data.show', { dataset })).version })
    await expect(page.getByText('1 added, 1 changed, 0 removed')).toBeVisible()
  })

  test('have versions that can be named, and are found by that name', async ({ page }) => {
    const change = { column: 'text', kind: 'cell', value: 'Lovely shop' } as const
    await studio.call('data.change', { dataset, target: { by: 'rows', rows: [3] }, change })
    await studio.open(page, `#/data/${String(dataset)}/versions`)
    await page.getByRole('button', { name: 'Name version 1', exact: true }).click()
    await page.getByLabel('Name of this version').fill('As it came')
    await page.getByLabel('Name of this version').press('Enter')
    await expect(page.getByRole('listitem').filter({ hasText: 'As it came' })).toContainText('Imported mail.csv')
    await page.getByLabel('From').selectOption('Version 1: As it came')
    await expect(page.getByText(/added, \d changed/)).toBeVisible()
    await expect(page.getByRole('cell', { name: /Lovely shop/ })).toBeVisible()
  })
})

test.describe('rows of every kind', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    dataset = await bring(running, table)
    const set = (row: number, change: DataChange) =>
      running.call('data.change', { dataset, target: { by: 'rows', rows: [row] }, change })
    await set(2, { kind: 'state', state: 'excluded' })
    await set(3, { kind: 'state', state: 'trash' })
    await set(4, { kind: 'cell', column: 'label', value: 'an answer that is longer than its column is wide' })
  })

  test('chosen and being written in, nothing stands in anybody’s way', async ({ page }) => {
    await studio.open(page, `#/data/${String(dataset)}/rows`)
    await page.getByRole('button', { name: 'Trash 1' }).click()
    await line(page, 'The parcel came late').click()
    await line(page, 'Great shop').click({ modifiers: ['Shift'] })
    await inspect(page, 'rows-chosen')
    await page.keyboard.press('Enter')
    await expect(page.getByLabel(/^text of row/)).toBeFocused()
    await inspect(page, 'rows-edited')
  })

  test('the versions and what differs between them read well', async ({ page }) => {
    await studio.open(page, `#/data/${String(dataset)}/versions`)
    await expect(page.getByText('0 added, 1 changed, 0 removed')).toBeVisible()
    await inspect(page, 'versions')
  })
})

test.describe('fifty thousand rows', () => {
  let dataset = 0
  const studio = useStudio(async (running) => {
    const path = join(running.home, 'many.csv')
    await writeRows(path, 50_000)
    ;({ dataset } = await running.call('data.import', { path }))
  })

  test('scroll to the end by key, and a change of half of them is one step', async ({ page }) => {
    await studio.open(page, `#/data/${String(dataset)}/rows`)
    await total(page, 50_000)
    await expect(line(page, 'number 1')).not.toHaveCount(0)
    await grid(page).focus()
    await page.keyboard.press('End')
    await expect(line(page, 'number 50000')).toBeVisible()
    await page.keyboard.press('Home')
    await expect(body(page).getByRole('row').first()).toContainText('number 1')
    await page.keyboard.press('Control+a')
    await expect(page.getByText('50,000 selected')).toBeVisible()
    await page.keyboard.press('x')
    await expect(page.getByRole('button', { name: 'Excluded 50,000' })).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect(page.getByRole('button', { name: 'In use 50,000' })).toBeVisible()
  })
})
