// Importing a file through the service: what is counted, and that nothing stays of an import that did not end.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../../main/engine/store/store.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { writeXlsx } from '../../../support/write-xlsx.ts'

async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  return { service, home, file }
}

const table = (rows: number) => `text,label\n${'a message of some words,x\n'.repeat(rows)}`

describe('an import', () => {
  it('counts every row, and names the first hundred that it skips', async () => {
    const { service, file } = await start()
    const path = file('mixed.csv', `${table(2500)}${'alone\n'.repeat(150)}last,y\n`)
    const data = await service.call('data.import', { path })
    expect(data).toMatchObject({ name: 'mixed.csv', columns: ['text', 'label'], rows: 2501, skippedCount: 150 })
    expect(data.skipped.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, i) => 2502 + i))
  })

  it.each([
    ['a list on one line', 'one.json', JSON.stringify(Array.from({ length: 600 }, () => ({ text: 'a', label: 'b' })))],
    ['lines that end as on old Macs', 'mac.csv', table(600).replaceAll('\n', '\r')],
    ['cells with newlines', 'cells.csv', 'text,label\r\n' + '"a\r\nb",x\r\n'.repeat(600)],
  ])('keeps every row of %s', async (_, name, content) => {
    const { service, file } = await start()
    const data = await service.call('data.import', { path: file(name, content) })
    expect(data).toMatchObject({ rows: 600, skippedCount: 0 })
  })

  it('of the same bytes under the same name is the same data set, with the columns it has', async () => {
    const { service, file } = await start()
    const first = await service.call('data.import', { path: file('a.csv', table(10)) })
    const again = await service.call('data.import', { path: file('a.csv', table(10)) })
    expect(again).toMatchObject({ dataset: first.dataset, version: 1, name: 'a.csv', columns: ['text', 'label'] })
  })

  it('reads known bytes again where their name or the choices differ', async () => {
    const { service, file } = await start()
    const semicolons = table(10).replaceAll(',', ';')
    const tabs = await service.call('data.import', { path: file('a.tsv', semicolons), choices: { delimiter: '\t' } })
    expect(tabs).toMatchObject({ columns: ['text;label'], rows: 10 })
    const path = file('a.csv', semicolons)
    const guessed = await service.call('data.import', { path })
    expect(guessed).toMatchObject({ name: 'a.csv', columns: ['text', 'label'] })
    expect(guessed.dataset).not.toBe(tabs.dataset)
    const chosen = await service.call('data.import', { path, choices: { delimiter: '|' } })
    expect(chosen.columns).toEqual(['text;label'])
    expect(await service.call('data.import', { path })).toMatchObject({ dataset: guessed.dataset })
  })

  it('of a file that was edited since says what is in use now', async () => {
    const { service, file } = await start()
    const path = file('a.csv', table(10))
    const { dataset, used } = await service.call('data.import', { path })
    expect(used).toBe(10)
    const change = { kind: 'state', state: 'excluded' } as const
    await service.call('data.change', { dataset, target: { by: 'rows', rows: [2, 3] }, change })
    const again = await service.call('data.import', { path })
    expect(again).toMatchObject({ dataset, version: 2, rows: 10, used: 8 })
    expect(again.taken.notes.join(' ')).toContain('version 2 is taken, with 8 rows in use')
  })

  it('refuses a choice that the file has no use for', async () => {
    const { service, file } = await start()
    const sheet = service.call('data.import', { path: file('a.csv', table(10)), choices: { sheet: 'Data' } })
    await expect(sheet).rejects.toMatchObject({ code: 'data/not-to-choose' })
  })

  it('leaves nothing behind where it is cancelled, and can be done again', async () => {
    const { service, home, file } = await start()
    const path = file('large.csv', table(30_000))
    const stop = new AbortController()
    const cancelled = service.call('data.import', { path }, { signal: stop.signal, onEvent: () => void stop.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'run/cancelled' })
    const store = await openStore(home.database)
    onTestFinished(() => store.close())
    await expect.poll(() => store.datasets.byId(1)).toBeUndefined()
    await expect.poll(() => store.rows.page(1, 1, -1, 10)).toEqual([])
    expect((await service.call('data.import', { path })).rows).toBe(30_000)
  })

  it('leaves nothing behind where no row can be read', async () => {
    const { service, home, file } = await start()
    const none = service.call('data.import', { path: file('none.csv', 'text,label\nalone\n') })
    await expect(none).rejects.toMatchObject({ code: 'data/no-rows' })
    const store = await openStore(home.database)
    onTestFinished(() => store.close())
    await expect.poll(() => store.datasets.byId(1)).toBeUndefined()
  })
})

describe('a workbook', () => {
  it('can be cancelled while it is looked through', async () => {
    const { service, file } = await start()
    const path = file('long.xlsx', '')
    writeFileSync(path, writeXlsx([{ rows: Array.from({ length: 20_000 }, (_, i) => [`text ${String(i)}`, 'x']) }]))
    const stop = new AbortController()
    const stages: string[] = []
    const importing = service.call(
      'data.import',
      { path },
      {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.event === 'progress') stages.push(event.stage)
          stop.abort()
        },
      },
    )
    await expect(importing).rejects.toMatchObject({ code: 'run/cancelled' })
    expect(new Set(stages)).toEqual(new Set(['looking through the file']))
    expect(await service.call('data.list', {})).toEqual([])
  })
})
