// However large and wrong a request is, the service says so in a short sentence, and is not held by it.
import { expect, it } from 'vitest'
import type { Method } from '../../../main/contract/service.ts'
import { checked } from '../../../main/service/inputs.ts'

const long = 'a'.repeat(31_000_000)
const change = { kind: 'state', state: 'used' }
const view = (query: object): unknown => ({
  dataset: 1,
  query: { search: '', filters: [], states: ['used'], ...query },
})

it.each<[string, Method, () => unknown]>([
  ['two million wrong rows', 'data.change', () => rows('x')],
  ['two million right rows', 'data.change', () => rows(1)],
  ['two million rows to add', 'data.add', () => ({ dataset: 1, rows: many(['a']) })],
  ['a row of two million cells', 'data.add', () => ({ dataset: 1, rows: [many('a')] })],
  ['two million states', 'data.view', () => view({ states: many('used') })],
  ['two million tags', 'runs.edit', () => ({ run: 'a', tags: many('a') })],
  ['31 million letters to search', 'data.view', () => view({ search: long })],
  ['a name of 31 million letters', 'data.rename', () => ({ dataset: 1, name: long })],
  ['a choice of 31 million letters', 'studio.prefer', () => ({ theme: long })],
  ['a field with a name of 31 million letters', 'runs.show', () => ({ run: 'a', [long]: 1 })],
])('%s', (_, method, make) => {
  const input = make()
  const from = performance.now()
  let error: unknown
  try {
    checked(method, input)
  } catch (thrown) {
    error = thrown
  }
  expect(performance.now() - from).toBeLessThan(500)
  expect(error).toMatchObject({ code: 'run/bad-input' })
  expect((error as Error).message.length).toBeLessThan(500)
})

const many = <T>(item: T): T[] => Array<T>(2_000_000).fill(item)
const rows = (row: unknown): unknown => ({ dataset: 1, target: { by: 'rows', rows: many(row) }, change })
