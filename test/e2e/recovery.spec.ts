// What was confirmed on screen is there after a crash, and what was under way can go on.
import { expect, test } from '@playwright/test'
import { fill } from './support/filled.ts'
import { useStudio } from './support/studio.ts'

const studio = useStudio(async (running) => {
  await fill(running)
})

test('a window says when the service is gone, and goes on when it is back', async ({ page }) => {
  await studio.open(page, '#/data')
  await expect(page.getByText(/support-messages|Support/i).first()).toBeVisible()
  await studio.kill()
  await expect(page.getByRole('alert')).toContainText('does not answer')
  await studio.restart()
})

test('an edit that was confirmed is there after the service was killed', async ({ page }) => {
  const { rows: before } = await studio.call('data.show', { dataset: 1 })
  await studio.call('data.change', {
    dataset: 1,
    target: { by: 'rows', rows: await firstRows(3) },
    change: { kind: 'state', state: 'excluded' },
  })
  await studio.kill()
  await studio.restart()
  const after = await studio.call('data.show', { dataset: 1 })
  expect(after.rows).toBe(before - 3)
  expect(after.undo).toBeDefined()
  await studio.open(page, '#/data/1/rows')
  await expect(page.getByText(new RegExp(String(before - 3))).first()).toBeVisible()
})

test('a run whose service was killed is offered to go on, and finishes', async ({ page }) => {
  const { roles, version } = await studio.call('data.show', { dataset: 1 })
  const [model] = await studio.call('models.list', {})
  const run = await studio.call('runs.start', {
    name: 'Interrupted try',
    model: model?.name ?? '',
    dataset: 1,
    version,
    text: roles.text,
    label: roles.label,
    heldOut: 60,
    settings: { steps: 60, tokens: 4, validateEvery: 10 },
  })
  await expect.poll(async () => (await studio.call('runs.show', { run: run.name })).checkpoint ?? 0).toBeGreaterThan(5)
  await studio.kill()
  await studio.restart()
  await studio.open(page)
  await expect(page.getByText('Stopped on its way')).toBeVisible()
  await page.getByRole('button', { name: 'Go on' }).first().click()
  await studio.call('runs.watch', { run: run.name })
  expect((await studio.call('runs.show', { run: run.name })).run.state).toBe('finished')
})

async function firstRows(count: number): Promise<number[]> {
  const query = { search: '', filters: [], states: ['used' as const] }
  const { view } = await studio.call('data.view', { dataset: 1, query })
  return (await studio.call('data.page', { view, from: 0, count })).map(({ row }) => row)
}
