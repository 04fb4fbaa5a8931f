// Journeys: two tasks with generated answers, each from a dropped file to its verdict, and on to an answer.
import { expect, type Page, test } from '@playwright/test'
import { bring } from './support/bring.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

const names = ['Maria', 'Jonas', 'Aylin', 'Pedro', 'Chen']
const cities = ['Graz', 'Bergen', 'Leeds', 'Turin', 'Ghent', 'Porto', 'Cork']
const rowsOf = (row: (name: string, city: string, i: number) => readonly string[]): string =>
  Array.from({ length: 35 }, (_, i) => row(names[i % 5] ?? '', cities[i % 7] ?? '', i))
    .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
    .join('\n')

const orders = `order,fields\n${rowsOf((name, city, i) => [
  `${name} in ${city} needs ${String(i + 2)} boxes of tea.`,
  JSON.stringify({ name, city, count: i + 2 }),
])}`
const questions = `passage,question,answer\n${rowsOf((name, city, i) => [
  `${name} grew up in ${city} and moved away at ${String(i + 6)}. Later ${name} learned to bake.`,
  i % 2 === 0
    ? `Where did ${name} grow up, of those who left at ${String(i + 6)}?`
    : `At which age did ${name} leave ${city}?`,
  i % 2 === 0 ? `in ${city}` : `at ${String(i + 6)}`,
])}`

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

/** From the data set's page to a run of a few steps that has ended. */
async function tune(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name of the run').fill(name)
  await page.getByText('Advanced').click()
  for (const [setting, value] of [
    ['Virtual tokens', '4'],
    ['Steps', '4'],
    ['Validate every … steps', '2'],
  ] as const)
    await page.getByLabel(setting, { exact: true }).fill(value)
  await page.getByLabel('Steps', { exact: true }).press('Tab')
}

test.describe('fields to write', () => {
  const studio = useStudio(async (running) => void (await running.addTinyModel()))

  test('a table of texts and JSON becomes a prompt that is evaluated by the fields of its answers', async ({
    page,
  }) => {
    await studio.open(page)
    await bring(page, 'orders.csv', Buffer.from(orders))
    await expect(page.getByText('35 rows of orders.csv imported.')).toBeVisible()
    await expect(page.getByLabel('Kind of task')).toHaveValue('generation')
    await expect(page.getByText('35 different answers.')).toBeVisible()
    await expect(page.getByText('No problem was found in the rows.')).toBeVisible()
    await inspect(page, 'fields-data')

    await page.getByRole('link', { name: 'Tune on this' }).click()
    await expect(page.getByRole('radio', { name: /Write a text or fields/ })).toBeChecked()
    await page.getByRole('radio', { name: /Sort texts into labels/ }).check()
    await expect(page.getByText(/its own, and at least 3 are needed/)).toBeVisible()
    await page.getByRole('radio', { name: /Write a text or fields/ }).check()
    await expect(page.getByText(/rows are few, so all of them serve for the test/)).toBeVisible()
    await inspect(page, 'fields-new-run')
    await tune(page, 'Orders')
    await page.getByLabel('Instruction').fill('Write the order as JSON.')
    await expect(page.getByText('Write the order as JSON.').last()).toBeVisible()
    await page.getByLabel('Around the text').fill('no place')
    await expect(page.getByText('Include {text} once: the text of the row goes there.')).toBeVisible()
    await page.getByRole('button', { name: 'Back to default' }).last().click()
    const exact = page.locator('.exact')
    await expect(exact).toContainText('Maria in Graz needs 2 boxes of tea.')
    await expect(exact).toContainText('Write the order as JSON.')
    await exact.scrollIntoViewIfNeeded()
    await inspect(page, 'fields-template')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page.getByRole('link', { name: 'See the verdict' })).toBeVisible({ timeout: 60_000 })
    await page.getByText('How it learned').click()
    await expect(page.getByText('check rows right, word for word')).toBeVisible()
    await page.getByText('Details', { exact: true }).click()
    await page.getByRole('heading', { name: 'Validation examples' }).scrollIntoViewIfNeeded()
    await inspect(page, 'fields-run')

    await page.getByRole('link', { name: 'See the verdict' }).click()
    await expect(page.getByText(/^Fields that are right, \d+ test rows$/)).toBeVisible()
    const figures = section(page, 'All figures')
    for (const name of ['right fields', 'exact match', 'valid JSON', 'field name', 'field city', 'field count'])
      await expect(figures.getByRole('row', { name: new RegExp(`^${name} .*%`) })).toBeVisible()
    const { rows } = await studio.call('runs.show', { run: 'Orders' })
    const answers = section(page, 'Answers')
    await expect(answers.getByLabel(/Right answer of row/)).toHaveCount(Math.min(10, rows.test))
    await expect(page.getByText('Confusion matrix')).toHaveCount(0)
    await inspect(page, 'fields-verdict')
    await answers.scrollIntoViewIfNeeded()
    await inspect(page, 'fields-written')

    const { run } = await studio.call('runs.show', { run: 'Orders' })
    expect(run.settings).toMatchObject({
      task: 'generation',
      template: { kind: 'plain', body: 'Text: {text}\nOutput:', instruction: 'Write the order as JSON.' },
    })
    await page.getByRole('link', { name: 'All runs' }).click()
    await expect(page.getByRole('row', { name: /Orders/ })).toContainText('right fields')
  })
})

test.describe('questions to answer', () => {
  const studio = useStudio(async (running) => void (await running.addTinyModel()))

  test('a table with passages becomes a prompt that answers about a passage', async ({ page }) => {
    await studio.open(page)
    await bring(page, 'questions.csv', Buffer.from(questions))
    await expect(page.getByLabel('Role of passage')).toHaveValue('context')
    await expect(page.getByLabel('Kind of task')).toHaveValue('answering')
    await expect(section(page, 'What the model will read')).toContainText(
      /Question: Where did Maria.*Context: Maria grew/s,
    )
    await inspect(page, 'questions-data')

    await page.getByRole('link', { name: 'Tune on this' }).click()
    await expect(page.getByRole('radio', { name: /Answer a question/ })).toBeChecked()
    await expect(page.getByLabel('Question', { exact: true })).toHaveValue('question')
    await expect(page.getByLabel('Context', { exact: true })).toHaveValue('passage')
    await tune(page, 'Questions')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page.getByRole('link', { name: 'See the verdict' })).toBeVisible({ timeout: 60_000 })
    expect((await studio.call('runs.show', { run: 'Questions' })).contextColumn).toBe('passage')

    await page.getByRole('link', { name: 'See the verdict' }).click()
    await expect(
      page.getByText(/^Words in common with the right answer \(mean token F1\), \d+ test rows$/),
    ).toBeVisible()
    await expect(
      section(page, 'All figures')
        .first()
        .getByRole('row', { name: /^exact match/ }),
    ).toBeVisible()
    await inspect(page, 'questions-verdict')

    await page.getByRole('link', { name: 'Try it' }).click()
    await page.getByLabel('Context', { exact: true }).fill('Ruth grew up in Malmo.')
    await page.getByLabel('A question to answer').fill('Where did Ruth grow up?')
    await page.getByRole('button', { name: 'Answer', exact: true }).click()
    const column = page.getByRole('region', { name: 'Questions', exact: true })
    await column.getByRole('button', { name: 'This is wrong' }).click()
    await page.getByLabel('The right answer').fill('in Malmo')
    await page.getByRole('button', { name: 'Add to the data' }).click()
    await expect(page.getByText('A row was added to questions.csv.')).toBeVisible()
    await inspect(page, 'questions-try')
    const query = { search: 'Malmo', filters: [], states: ['used' as const] }
    const { view } = await studio.call('data.view', { dataset: 1, query })
    const [row] = await studio.call('data.page', { view, from: 0, count: 1 })
    expect(row?.cells).toEqual(['Ruth grew up in Malmo.', 'Where did Ruth grow up?', 'in Malmo'])
  })

  test('a run that is repeated reads the same columns, and says so', async ({ page }) => {
    await studio.open(page, '#/tune/new?from=Questions')
    await expect(page.getByText('Reads “question” with “passage”, answers with “answer”.')).toBeVisible()
    await expect(page.getByText(/rows are few, so all of them serve for the test/)).toBeVisible()
    await page.getByLabel('Name of the run').fill('Again')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page).toHaveURL(/#\/tune\/Again/)
    const [first, again] = await Promise.all(['Questions', 'Again'].map((run) => studio.call('runs.show', { run })))
    expect(again?.contextColumn).toBe('passage')
    expect(again?.run.settings).toEqual(first?.run.settings)
  })
})
