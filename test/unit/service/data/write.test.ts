// A data set taken out again: the rows in use of the newest or an earlier version.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openTable } from '../../../../main/engine/data/table.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const rows = Array.from({ length: 1203 }, (_, i) => [
  `Message number ${String(i)} is here`,
  ['a', 'b', 'c'][i % 3] ?? '',
])

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const path = join(folder, 'mail.csv')
  writeFileSync(path, ['text,label', ...rows.map((row) => row.join(','))].join('\n'))
  const { dataset } = await service.call('data.import', { path })
  return { folder, service, dataset }
}

async function cellsOf(path: string): Promise<(readonly string[])[]> {
  const table = await openTable(path, path.endsWith('jsonl') ? {} : { header: 1 })
  const cells: (readonly string[])[] = [table.columns]
  for await (const chunk of table.chunks()) cells.push(...chunk.rows.map((row) => row.cells))
  return cells
}

it.each(['csv', 'xlsx', 'jsonl'] as const)(
  'is written as %s: the cleaned table, and the version before',
  async (format) => {
    const { folder, service, dataset } = await start()
    await service.call('data.change', {
      dataset,
      target: { by: 'rows', rows: [2, 3] },
      change: { kind: 'state', state: 'excluded' },
    })
    await service.call('data.change', {
      dataset,
      target: { by: 'rows', rows: [4] },
      change: { kind: 'cell', column: 'label', value: '=1+1' },
    })
    const [newest, first] = [join(folder, `new.${format}`), join(folder, `first.${format}`)]
    expect(await service.call('data.write', { dataset, format, path: newest })).toEqual({ rows: 1201 })
    const edited = [[rows[2]?.[0], format === 'csv' ? "'=1+1" : '=1+1'], ...rows.slice(3)]
    expect(await cellsOf(newest)).toEqual([['text', 'label'], ...edited])
    const written = await service.call('data.write', { dataset, version: 1, format, path: first })
    expect(written).toEqual({ rows: 1203 })
    expect(await cellsOf(first)).toEqual([['text', 'label'], ...rows])
  },
)

it('replaces no file, and leaves no part of one', async () => {
  const { folder, service, dataset } = await start()
  const path = join(folder, 'mail.csv')
  const before = readFileSync(path)
  await expect(service.call('data.write', { dataset, format: 'csv', path })).rejects.toMatchObject({
    code: 'data/file-exists',
  })
  expect(readFileSync(path)).toEqual(before)
  const nowhere = join(folder, 'none', 'mail.csv')
  await expect(service.call('data.write', { dataset, format: 'csv', path: nowhere })).rejects.toMatchObject({
    code: 'data/not-written',
  })
  const long = 'x'.repeat(40_000)
  await service.call('data.add', { dataset, rows: [[long, 'a']] })
  const workbook = join(folder, 'long.xlsx')
  await expect(service.call('data.write', { dataset, format: 'xlsx', path: workbook })).rejects.toMatchObject({
    code: 'data/not-excel',
  })
  const later = { dataset, version: 9, format: 'csv' as const, path: join(folder, 'later.csv') }
  await expect(service.call('data.write', later)).rejects.toMatchObject({
    code: 'store/missing',
  })
  expect(readdirSync(folder).filter((name) => /part|xlsx/.test(name))).toEqual([])
})

it('is written as chats, by the roles that its columns have', async () => {
  const { folder, service } = await start()
  const path = join(folder, 'talk.jsonl')
  const lines = rows.slice(0, 8).map(([text, label]) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: text },
        { role: 'assistant', content: label },
      ],
      id: label,
    }),
  )
  writeFileSync(path, lines.join('\n'))
  const { dataset } = await service.call('data.import', { path })
  const out = join(folder, 'out.jsonl')
  expect(await service.call('data.write', { dataset, format: 'chat', path: out })).toEqual({ rows: 8 })
  const plain = (text: string): unknown[] =>
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { messages: unknown }).messages)
  expect(plain(readFileSync(out, 'utf8'))).toEqual(plain(lines.join('\n')))
})

it('stops where the caller cancels', async () => {
  const { folder, service, dataset } = await start()
  const abort = new AbortController()
  abort.abort()
  const path = join(folder, 'out.csv')
  await expect(
    service.call('data.write', { dataset, format: 'csv', path }, { signal: abort.signal }),
  ).rejects.toMatchObject({
    code: 'run/cancelled',
  })
})
