// What was confirmed on screen is there after a crash, in the middle of whatever it came; what was under way can go on.
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeRows } from '../support/make-rows.ts'
import { fill } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

const MANY = 60_000

const studio = useStudio(async (running) => {
  await fill(running)
})

const rowsOf = async (dataset: number): Promise<number> => (await studio.call('data.show', { dataset })).rows

async function startRun(name: string, steps: number): Promise<void> {
  const { roles, version } = await studio.call('data.show', { dataset: 1 })
  const [model] = await studio.call('models.list', {})
  await studio.call('runs.start', {
    name,
    model: model?.name ?? '',
    dataset: 1,
    version,
    text: roles.text,
    label: roles.label,
    test: 60,
    settings: { steps, tokens: 4, validateEvery: 0 },
  })
}
const stepsDone = async (run: string): Promise<number> => (await studio.call('runs.show', { run })).checkpoint ?? 0

test('a window says when the service is gone, keeps what it shows, and goes on when it is back', async ({ page }) => {
  await studio.open(page, '#/data')
  const dataset = page.getByRole('link', { name: /support/i }).first()
  await expect(dataset).toBeVisible()
  await studio.kill()
  await expect(page.getByRole('alert')).toContainText('does not answer')
  await expect(dataset).toBeVisible()
  await studio.restart()
})

test('edits that were confirmed on screen are there, and can be taken back', async ({ page }) => {
  const before = await rowsOf(1)
  await studio.open(page, '#/data/1/rows')
  await page.getByRole('grid').getByRole('row').nth(2).click()
  await page.getByRole('button', { name: 'Exclude', exact: true }).click()
  await expect(page.getByText(/^1 row excluded/)).toBeVisible()
  await studio.kill()
  await studio.restart()
  await studio.open(page, '#/data/1/rows')
  await expect(page.getByRole('button', { name: 'Excluded 1' })).toBeVisible()
  expect(await rowsOf(1)).toBe(before - 1)
  await page.getByRole('button', { name: /Undo/ }).first().click()
  await expect(page.getByRole('button', { name: 'Excluded 0' })).toBeVisible()
})

test('an import that was cut off leaves nothing half there, and can be done again', async ({ page }) => {
  const path = join(studio.home, 'many.csv')
  await writeRows(path, MANY)
  const known = await studio.call('data.list', {})
  await cutOff((onEvent) => studio.call('data.import', { path }, { onEvent }))
  expect((await studio.call('data.list', {})).map(({ id, rows }) => [id, rows])).toEqual(
    known.map(({ id, rows }) => [id, rows]),
  )
  await studio.open(page, '#/data')
  await expect(page.getByText('many')).toHaveCount(0)
  const { dataset } = await studio.call('data.import', { path })
  expect(await rowsOf(dataset)).toBe(MANY)
})

test('a change of many rows that was cut off is there whole or not at all', async ({ page }) => {
  const dataset = (await studio.call('data.list', {})).find(({ rows }) => rows === MANY)?.id ?? 0
  const query = { search: '', filters: [], states: ['used' as const] }
  const { view } = await studio.call('data.view', { dataset, query })
  const target = { by: 'view', view, from: 0, to: MANY - 1 } as const
  const change = studio.call('data.change', { dataset, target, change: { kind: 'state', state: 'excluded' } })
  const failed = change.then(
    () => false,
    () => true,
  )
  await new Promise((resolve) => setTimeout(resolve, 60))
  await studio.kill()
  const succeeded = !(await failed)
  await studio.restart()
  const { rows, excluded, undo } = await studio.call('data.show', { dataset })
  expect([0, MANY]).toContain(rows)
  expect(rows + excluded).toBe(MANY)
  expect(undo === undefined).toBe(rows === MANY)
  if (succeeded) expect(rows).toBe(0)
  await studio.open(page, `#/data/${String(dataset)}/rows`)
  await expect(page.getByRole('button', { name: rows === 0 ? 'Excluded 60,000' : 'In use 60,000' })).toBeVisible()
})

test('a run goes on by itself where only its compute process was killed', async ({ page }) => {
  // On a quick computer a short run would be over before it can be killed.
  await startRun('Compute gone', 1500)
  await expect.poll(() => stepsDone('Compute gone'), { intervals: [20] }).toBeGreaterThan(5)
  const computing = studio.computing()
  expect(computing.length).toBeGreaterThan(0)
  for (const pid of computing) process.kill(pid, 'SIGKILL')
  await finishes(page, 'Compute gone', 1500)
})

test('a run whose service was killed is offered to go on, and finishes', async ({ page }) => {
  await startRun('Service gone', 1500)
  await expect.poll(() => stepsDone('Service gone'), { intervals: [20] }).toBeGreaterThan(5)
  await studio.kill()
  await studio.restart()
  await studio.open(page)
  await expect(page.getByText('Unfinished runs')).toBeVisible()
  const stepsBefore = await stepsDone('Service gone')
  expect(stepsBefore).toBeGreaterThan(5)
  await page.getByRole('button', { name: 'Resume' }).first().click()
  await finishes(page, 'Service gone', 1500)
})

async function finishes(page: Page, run: string, steps: number): Promise<void> {
  await studio.call('runs.watch', { run })
  const { run: ended, checkpoint } = await studio.call('runs.show', { run })
  expect(ended.state).toBe('finished')
  expect(checkpoint).toBe(steps)
  await studio.open(page, `#/compare/${encodeURIComponent(run)}`)
  await expect(page.getByRole('heading', { name: run })).toBeVisible()
}

/** Kills the service once the work has reported progress, and starts it again. */
async function cutOff(work: (onEvent: () => void) => Promise<unknown>): Promise<void> {
  const began = Promise.withResolvers<undefined>()
  const ended = work(() => {
    began.resolve(undefined)
  }).then(
    () => 'done',
    () => 'cut off',
  )
  await began.promise
  await studio.kill()
  expect(await ended).toBe('cut off')
  await studio.restart()
}
