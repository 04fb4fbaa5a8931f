// Rows are found, changed and given back, on a real service: also after a restart, and after one that died in an edit.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DataChange, DataQuery } from '../../../../main/contract/service.ts'
import { openStore } from '../../../../main/engine/store/store.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { writeRows } from '../../../support/make-rows.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const table = `text,label,stars
The parcel came late,delivery,10
Great shop,praise,9
where is my INVOICE,billing,
"late, again",delivery,2
`

const all: DataQuery = { search: '', filters: [], states: ['used', 'excluded'] }

async function start(home: ReturnType<typeof openHome>, path: string) {
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const { call } = service
  const { dataset } = await call('data.import', { path })
  const find = async (query: Partial<DataQuery> = {}, version?: number) => {
    const input = { dataset, query: { ...all, ...query }, ...(version === undefined ? {} : { version }) }
    const { view, total } = await call('data.view', input)
    const rows = await call('data.page', { view, from: 0, count: 1000 })
    return { view, total, rows, numbers: rows.map(({ row }) => row), texts: rows.map(({ cells }) => cells[0]) }
  }
  const change = (rows: number[], what: DataChange) =>
    call('data.change', { dataset, target: { by: 'rows', rows }, change: what })
  const relabel = (rows: number[], value: string) => change(rows, { kind: 'cell', column: 'label', value })
  const state = (rows: number[], to: 'used' | 'excluded' | 'trash') => change(rows, { kind: 'state', state: to })
  const show = () => call('data.show', { dataset })
  const labels = async () => (await find()).rows.map(({ cells }) => cells[1])
  return { service, call, dataset, find, change, relabel, state, show, labels }
}

async function startSmall() {
  const folder = temporaryFolder()
  const path = join(folder, 'mail.csv')
  writeFileSync(path, table)
  const home = openHome(join(folder, 'home'))
  const studio = await start(home, path)
  await studio.call('data.roles', { dataset: studio.dataset, text: 'text', label: 'label' })
  const first = (await studio.find()).numbers[0] ?? 0
  return { ...studio, home, path, first, at: (i: number) => first + i }
}

describe('a view', () => {
  it('has all rows in the order of the file, and pages of them', async () => {
    const { find, call } = await startSmall()
    const { view, total, texts } = await find()
    expect(total).toBe(4)
    expect(texts).toEqual(['The parcel came late', 'Great shop', 'where is my INVOICE', 'late, again'])
    expect((await call('data.page', { view, from: 1, count: 2 })).map(({ cells }) => cells[0])).toEqual(
      texts.slice(1, 3),
    )
    expect(await call('data.page', { view, from: 100, count: 2 })).toEqual([])
  })

  it('finds words in any cell, whatever their case', async () => {
    const { find } = await startSmall()
    expect((await find({ search: 'LATE' })).texts).toEqual(['The parcel came late', 'late, again'])
    expect((await find({ search: 'invoice' })).total).toBe(1)
    expect((await find({ search: 'delivery' })).total).toBe(2)
    expect((await find({ search: 'nowhere' })).total).toBe(0)
  })

  it('filters by answer, by length and by row, all at once', async () => {
    const { find, first, at } = await startSmall()
    const delivery = { kind: 'label', values: ['delivery'] } as const
    expect((await find({ filters: [{ ...delivery, values: [...delivery.values] }] })).numbers).toEqual([first, at(3)])
    expect((await find({ filters: [{ kind: 'length', from: 10, to: 11 }] })).texts).toEqual([
      'Great shop',
      'late, again',
    ])
    const both = await find({
      filters: [
        { kind: 'label', values: ['delivery'] },
        { kind: 'length', from: 0, to: 11 },
      ],
    })
    expect(both.texts).toEqual(['late, again'])
    expect((await find({ filters: [{ kind: 'rows', rows: [at(2), 99_999] }] })).numbers).toEqual([at(2)])
  })

  it('shows the rows of a problem', async () => {
    const { find, call, dataset } = await startSmall()
    await call('data.add', { dataset, rows: [['Great shop', 'praise', '1']] })
    const { problems } = await call('data.profile', { dataset, version: 2 })
    expect(problems.map(({ problem }) => problem)).toContain('duplicates')
    expect((await find({ filters: [{ kind: 'problem', problem: 'duplicates' }] })).texts).toEqual(['Great shop'])
  })

  it('sorts numbers by value, texts by their letters, and by length', async () => {
    const { find } = await startSmall()
    const stars = { kind: 'column', column: 'stars' } as const
    const sorted = await find({ sort: { by: stars, descending: true } })
    expect(sorted.rows.map(({ cells }) => cells[2])).toEqual(['10', '9', '2', ''])
    expect((await find({ sort: { by: { kind: 'length' }, descending: false } })).texts[0]).toBe('Great shop')
    expect((await find({ sort: { by: { kind: 'column', column: 'text' }, descending: false } })).texts).toEqual([
      'Great shop',
      'late, again',
      'The parcel came late',
      'where is my INVOICE',
    ])
  })

  it('of an old version stays as it was; one of the newest shows rows as they are now', async () => {
    const { find, call, relabel, first } = await startSmall()
    const now = await find()
    const old = await find({}, 1)
    await relabel([first], 'other')
    const firstOf = async (view: number) => (await call('data.page', { view, from: 0, count: 1 }))[0]?.cells[1]
    expect(await firstOf(now.view)).toBe('other')
    expect(await firstOf(old.view)).toBe('delivery')
  })

  it('that was dropped says that it has to be requested again', async () => {
    const { find, call } = await startSmall()
    const { view } = await find()
    for (let i = 0; i < 12; i++) await find()
    await expect(call('data.page', { view, from: 0, count: 1 })).rejects.toThrow(/again/)
  })
})

describe('a change', () => {
  it('of a cell makes a version that says what was done', async () => {
    const { relabel, labels, first, show } = await startSmall()
    const version = await relabel([first], 'other')
    expect(version).toMatchObject({ number: 2, kind: 'edit', description: 'Set “label” of 1 row to “other”' })
    expect(await labels()).toEqual(['other', 'praise', 'billing', 'delivery'])
    expect((await show()).version).toBe(2)
  })

  it('of a range of a view is for the rows that stand there', async () => {
    const { find, call, dataset, labels } = await startSmall()
    const { view } = await find({ sort: { by: { kind: 'column', column: 'text' }, descending: false } })
    const target = { by: 'view', view, from: 0, to: 1 } as const
    await call('data.change', { dataset, target, change: { kind: 'cell', column: 'label', value: 'x' } })
    expect(await labels()).toEqual(['delivery', 'x', 'billing', 'x'])
  })

  it('excludes rows, throws them away and puts them back; each state is counted and shown on request', async () => {
    const { state, find, show, first, at } = await startSmall()
    await state([first, at(1)], 'excluded')
    await state([at(1)], 'trash')
    expect(await show()).toMatchObject({ rows: 2, excluded: 1, trash: 1 })
    expect((await find()).numbers).toEqual([first, at(2), at(3)])
    expect((await find({ states: ['trash'] })).numbers).toEqual([at(1)])
    expect((await find({ states: ['trash'], search: 'shop' })).numbers).toEqual([at(1)])
    await state([first, at(1)], 'used')
    expect(await show()).toMatchObject({ rows: 4, excluded: 0, trash: 0 })
  })

  it('to an unknown column changes nothing', async () => {
    const { change, show, first } = await startSmall()
    await expect(change([first], { kind: 'cell', column: 'colour', value: 'x' })).rejects.toThrow(/colour/)
    expect((await show()).version).toBe(1)
  })

  it('adds rows behind all others; cells that are missing are empty', async () => {
    const { call, dataset, find, show, at } = await startSmall()
    await call('data.add', { dataset, rows: [['Thanks', 'praise'], ['Bye']] })
    const { rows } = await find()
    expect(rows.slice(4)).toEqual([
      { row: at(4), cells: ['Thanks', 'praise', ''], state: 'used' },
      { row: at(5), cells: ['Bye', '', ''], state: 'used' },
    ])
    expect((await show()).rows).toBe(6)
  })

  it('that names a row twice changes it once', async () => {
    const { relabel, labels, first } = await startSmall()
    await relabel([first, first], 'x')
    expect(await labels()).toEqual(['x', 'praise', 'billing', 'delivery'])
  })

  it('waits for the one before it, so that no added row is lost', async () => {
    const { call, dataset, labels } = await startSmall()
    await Promise.all(['x', 'y', 'z'].map((label) => call('data.add', { dataset, rows: [['Thanks', label]] })))
    expect((await labels()).slice(4)).toEqual(['x', 'y', 'z'])
  })

  it('waits for the one before it, so that none is lost', async () => {
    const { relabel, labels, at } = await startSmall()
    await Promise.all([0, 1, 2, 3].map((i) => relabel([at(i)], `new ${String(i)}`)))
    expect(await labels()).toEqual(['new 0', 'new 1', 'new 2', 'new 3'])
  })
})

describe('undo and redo', () => {
  it('go back to the import and forth to the last edit, however many there were', async () => {
    const { call, dataset, relabel, state, labels, first, at, show } = await startSmall()
    const original = await labels()
    await relabel([first], 'one')
    await state([at(1)], 'trash')
    await call('data.add', { dataset, rows: [['Thanks', 'praise']] })
    await relabel([first, at(4)], 'two')
    const last = await labels()
    for (let i = 0; i < 4; i++) await call('data.undo', { dataset })
    expect(await labels()).toEqual(original)
    expect(await show()).toMatchObject({ rows: 4, trash: 0, undo: undefined, redo: 'Set “label” of 1 row to “one”' })
    await expect(call('data.undo', { dataset })).rejects.toThrow('There is nothing left to undo in "mail.csv".')
    for (let i = 0; i < 4; i++) await call('data.redo', { dataset })
    expect(await labels()).toEqual(last)
    expect((await show()).redo).toBeUndefined()
    await expect(call('data.redo', { dataset })).rejects.toThrow('There is nothing left to redo in "mail.csv".')
  })

  it('work after a restart', async () => {
    const { service, home, path, relabel, first } = await startSmall()
    await relabel([first], 'one')
    await relabel([first], 'two')
    await service.close()
    const again = await start(home, path)
    await again.call('data.undo', { dataset: again.dataset })
    expect((await again.labels())[0]).toBe('one')
    await again.call('data.undo', { dataset: again.dataset })
    expect((await again.labels())[0]).toBe('delivery')
    await again.call('data.redo', { dataset: again.dataset })
    expect((await again.labels())[0]).toBe('one')
  })

  it('requested at once take back one edit each', async () => {
    const { call, dataset, relabel, labels, at } = await startSmall()
    const original = await labels()
    for (const i of [0, 1, 2]) await relabel([at(i)], 'x')
    await Promise.all([0, 1, 2].map(() => call('data.undo', { dataset })))
    expect(await labels()).toEqual(original)
    await Promise.all([0, 1, 2].map(() => call('data.redo', { dataset })))
    expect(await labels()).toEqual(['x', 'x', 'x', 'delivery'])
  })

  it('a new edit ends redoing', async () => {
    const { call, dataset, relabel, first, show, labels } = await startSmall()
    await relabel([first], 'one')
    await call('data.undo', { dataset })
    await relabel([first], 'two')
    expect((await show()).redo).toBeUndefined()
    await call('data.undo', { dataset })
    expect((await labels())[0]).toBe('delivery')
  })

  it('change many rows in pieces and give every one back', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'rows.csv')
    await writeRows(path, 3500)
    const { call, dataset, find, labels } = await start(openHome(join(folder, 'home')), path)
    const before = await labels()
    const { view } = await find()
    const target = { by: 'view', view, from: 0, to: 3499 } as const
    await call('data.change', { dataset, target, change: { kind: 'cell', column: 'label', value: 'x' } })
    expect((await find({ filters: [{ kind: 'label', values: ['x'] }] })).total).toBe(3500)
    await call('data.undo', { dataset })
    expect(await labels()).toEqual(before)
    expect((await find({ filters: [{ kind: 'label', values: ['x'] }] })).total).toBe(0)
  })

  it('an edit that a crash interrupted is gone at the next start', async () => {
    const { service, home, path, relabel, first, at, dataset } = await startSmall()
    await relabel([first], 'one')
    await service.close()
    const store = await openStore(home.database)
    const version = await store.datasets.begin(dataset, { kind: 'edit', description: 'half done' })
    await store.rows.replace(version, [{ row: at(1), cells: ['gone', 'gone', ''], state: 'trash' }])
    await store.rows.insert(version, [{ row: at(4), cells: ['new', 'new', ''] }])
    await store.close()
    const again = await start(home, path)
    expect(await again.labels()).toEqual(['one', 'praise', 'billing', 'delivery'])
    expect(await again.show()).toMatchObject({ version: 2, rows: 4, trash: 0 })
    expect(await again.relabel([at(1)], 'fine')).toMatchObject({ number: 3 })
  })
})

describe('two versions', () => {
  it('differ by the rows that were added, changed and removed, side by side', async () => {
    const { call, dataset, relabel, state, first, at } = await startSmall()
    await relabel([first], 'other')
    await state([at(1)], 'trash')
    await call('data.add', { dataset, rows: [['Thanks', 'praise', '']] })
    const between = (from: number, to: number, offset = 0, count = 10) =>
      call('data.compare', { dataset, from, to, offset, count })
    const { rows, ...counts } = await between(1, 4)
    expect(counts).toEqual({ added: 1, changed: 1, removed: 1 })
    expect(rows.map(({ row, before, after }) => [row, before?.cells[1], after?.cells[1]])).toEqual([
      [first, 'delivery', 'other'],
      [at(1), 'praise', 'praise'],
      [at(4), undefined, 'praise'],
    ])
    expect(await between(1, 4, 1, 1)).toEqual({ ...counts, rows: rows.slice(1, 2) })
    expect(await between(4, 1)).toMatchObject({ added: 1, changed: 1, removed: 1 })
    expect(await between(2, 2)).toEqual({ added: 0, changed: 0, removed: 0, rows: [] })
  })

  it('are the same where a change was taken back', async () => {
    const { call, dataset, relabel, first } = await startSmall()
    await relabel([first], 'other')
    await call('data.undo', { dataset })
    expect((await call('data.compare', { dataset, from: 1, to: 3, offset: 0, count: 10 })).rows).toEqual([])
  })
})

describe('an earlier version', () => {
  it('is gone back to as one more change, which can be undone', async () => {
    const { call, dataset, relabel, state, find, show, at } = await startSmall()
    const first = await find()
    await relabel([at(0)], 'post')
    await state([at(1)], 'trash')
    await call('data.add', { dataset, rows: [['One more', 'praise', '1']] })
    const changed = await find()
    expect((await call('data.goBack', { dataset, version: 1 })).description).toBe('Back to version 1')
    expect((await find()).rows).toEqual(first.rows)
    expect(await show()).toMatchObject({ rows: 4, trash: 1, version: 5 })
    await call('data.undo', { dataset })
    expect((await find()).rows).toEqual(changed.rows)
    await expect(call('data.goBack', { dataset, version: 99 })).rejects.toMatchObject({ code: 'store/missing' })
  })
})

describe('rows of one text', () => {
  it('stand side by side where the view is sorted by likeness', async () => {
    const { call, dataset, find } = await startSmall()
    await call('data.add', { dataset, rows: [['GREAT  shop', 'delivery', '']] })
    const { texts } = await find({ sort: { by: { kind: 'alike' }, descending: false } })
    const at = texts.indexOf('Great shop')
    expect([texts[at - 1], texts[at + 1]]).toContain('GREAT  shop')
  })
})
