// The database on a real file: every table, from an empty folder on.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StepMetrics } from '../../../main/contract/compute.ts'
import type { RowState, VersionRecord } from '../../../main/contract/records.ts'
import { openStore, type Store, type Tables } from '../../../main/engine/store/store.ts'
import { smallConfig } from '../../support/small-config.ts'
import { open, settings, withDataset, withRun } from '../../support/stored-run.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const step = (number: number, loss = 1): StepMetrics => ({
  step: number,
  loss,
  learningRate: 0.1,
  gradientNorm: 2,
  tokenNorms: [1, 0.5],
  examples: 2,
  milliseconds: 3,
})

describe('opening', () => {
  it('makes a database from nothing, and finds everything again', async () => {
    const folder = temporaryFolder()
    const first = await openStore(join(folder, 'new', 'studio.db'))
    await withRun(first)
    await first.close()
    const again = await openStore(join(folder, 'new', 'studio.db'))
    expect((await again.runs.list()).map(({ name, state }) => [name, state])).toEqual([['run-1', 'queued']])
    await again.close()
  })

  it('says in a sentence that a file is no database', async () => {
    const path = join(temporaryFolder(), 'studio.db')
    writeFileSync(path, 'this is not a database, but it is long enough to be read as one '.repeat(40))
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store/damaged-file' })
  })

  it('refuses a database of a newer studio', async () => {
    const { store, path } = await open()
    await store.close()
    const raw = new Database(path)
    raw.exec(`INSERT INTO kysely_migration VALUES ('9999-future', '2030-01-01T00:00:00.000Z')`)
    raw.close()
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store/newer' })
  })

  it('keeps write-ahead logging, strict tables and foreign keys on', async () => {
    const { store, path } = await open()
    const { run } = await withRun(store)
    const raw = new Database(path)
    onTestFinished(() => void raw.close())
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(() =>
      raw.exec(
        `INSERT INTO models (id, name, hash, source, folder, family, licence, prepared, added_at) VALUES (9, 'x', 'h', 's', 'f', 'l', NULL, 'text, not bytes', 'now')`,
      ),
    ).toThrow(/BLOB/)
    expect(() => raw.exec(`UPDATE runs SET state = 'asleep'`)).toThrow(/CHECK/)
    const lax = (
      raw.prepare(`SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0`).all() as { name: string }[]
    )
      .map(({ name }) => name)
      .filter((name) => !/^(sqlite|kysely)_/.test(name))
    expect(lax).toEqual([])
    await expect(store.metrics.add(run.id + 1, { steps: [step(1)], validations: [] })).rejects.toThrow(/FOREIGN KEY/)
    await expect(store.prompts.put(99, { tensors: {}, settings, labels: [], modelHash: '' })).rejects.toThrow(
      /FOREIGN KEY/,
    )
  })

  it('takes a failed transaction back as a whole', async () => {
    const { store } = await open()
    const { run } = await withRun(store)
    const failing = store.transaction(async (tables) => {
      await tables.metrics.add(run.id, { steps: [step(1)], validations: [] })
      throw new Error('stop')
    })
    await expect(failing).rejects.toThrow('stop')
    expect(await store.metrics.steps(run.id)).toEqual([])
  })
})

describe('models', () => {
  it('are found by name and source, renewed in place, and never replaced by other content', async () => {
    const { store } = await open()
    const { model } = await withRun(store)
    const base = {
      name: 'tiny',
      source: '/moved.gguf',
      folder: '/cache2',
      family: 'llama',
      licence: 'MIT',
      prepared: Uint8Array.of(3),
      config: smallConfig,
    }
    const moved = await store.models.put({ ...base, hash: 'm1' })
    expect(moved).toMatchObject({ id: model.id, source: '/moved.gguf', licence: 'MIT', hash: 'm1' })
    expect(await store.models.byName('tiny')).toEqual(moved)
    expect(await store.models.bySource('/moved.gguf')).toEqual(moved)
    expect([...(await store.models.prepared(moved.id)).bytes]).toEqual([3])
    await expect(store.models.put({ ...base, hash: 'other' })).rejects.toMatchObject({ code: 'store/name-taken' })
    await expect(store.models.prepared(77)).rejects.toMatchObject({ code: 'store/missing' })
    expect(await store.models.list()).toHaveLength(1)
  })
})

describe('datasets', () => {
  const texts = async (store: Store, dataset: number, version: number) =>
    (await store.rows.page(dataset, version, 0, 100)).map(({ row, cells }) => `${String(row)}:${cells[0] ?? ''}`)

  it('keep every version as it was, through changes and what takes them back', async () => {
    const { store } = await open()
    const { dataset } = await withDataset(store)
    const counts = { used: 3, excluded: 0, trash: 0 }
    const change = async (
      kind: 'edit' | 'undo',
      work: (t: Tables, v: VersionRecord) => Promise<void>,
      undoes?: number,
    ) => {
      await store.transaction(async (t) => {
        const version = await t.datasets.begin(dataset.id, {
          kind,
          description: kind,
          ...(undoes === undefined ? {} : { undoes }),
        })
        await work(t, version)
        await t.datasets.complete(version, counts)
      })
    }
    await change('edit', (t, v) =>
      t.rows.replace(v, [
        { row: 2, cells: ['two', 'b'], state: 'used' },
        { row: 3, cells: ['text 3', 'b'], state: 'trash' },
      ]),
    )
    await change('edit', (t, v) =>
      t.rows.replace(v, [
        { row: 2, cells: ['zwei', 'b'], state: 'used' },
        { row: 4, cells: ['four', 'b'], state: 'used' },
      ]),
    )
    expect((await store.datasets.history(dataset.id)).undo?.number).toBe(3)
    await change('undo', (t, v) => t.rows.restore(v, 3, [2, 4]), 3)
    await change('undo', (t, v) => t.rows.restore(v, 2, [2, 3]), 2)
    expect((await store.datasets.history(dataset.id)).redo?.number).toBe(5)
    await change('undo', (t, v) => t.rows.restore(v, 5, [2, 3]), 5)
    const v1 = ['1:text 1', '2:text 2', '3:text 3']
    const v2 = ['1:text 1', '2:two', '3:text 3']
    expect(await texts(store, dataset.id, 1)).toEqual(v1)
    expect(await texts(store, dataset.id, 2)).toEqual(v2)
    expect(await texts(store, dataset.id, 3)).toEqual(['1:text 1', '2:zwei', '3:text 3', '4:four'])
    expect(await texts(store, dataset.id, 4)).toEqual(v2)
    expect(await texts(store, dataset.id, 5)).toEqual(v1)
    expect(await texts(store, dataset.id, 6)).toEqual(v2)
    expect((await store.rows.read(dataset.id, 6, [3])).map(({ state }) => state)).toEqual(['trash'])
    const kinds = (await store.datasets.versions(dataset.id)).map(({ kind, undoes }) => [kind, undoes])
    expect(kinds).toEqual([
      ['import', undefined],
      ['edit', undefined],
      ['edit', undefined],
      ['undo', 3],
      ['undo', 2],
      ['redo', 5],
    ])
  })

  it('take a piece of a large change whole or not at all, and are as safe as before behind it', async () => {
    const { store } = await open()
    const { dataset, version } = await withDataset(store)
    const add = (row: number) => (t: Tables) => t.rows.insert({ ...version, number: 1 }, [{ row, cells: ['new', 'a'] }])
    await store.piece(add(4))
    const failing = store.piece(async (tables) => {
      await add(5)(tables)
      throw new Error('in the middle')
    })
    await expect(failing).rejects.toThrow('in the middle')
    await store.transaction(add(6))
    expect((await store.rows.page(dataset.id, 1, 3, 9)).map(({ row }) => row)).toEqual([4, 6])
  })

  it('page through rows', async () => {
    const { store } = await open()
    const { dataset } = await withDataset(store)
    expect((await store.rows.page(dataset.id, 1, 1, 1)).map(({ row }) => row)).toEqual([2])
    const numbers = (states: readonly RowState[], limit: number) =>
      store.rows.numbers(dataset.id, 1, states, { after: 1, limit })
    expect(await numbers(['used'], 9)).toEqual({ rows: [2, 3], last: 3 })
    expect(await numbers(['used', 'trash'], 1)).toEqual({ rows: [2], last: 2 })
    expect(await numbers(['excluded'], 9)).toEqual({ rows: [], last: 3 })
    expect(await store.rows.numbers(dataset.id, 1, ['used'], { after: 3, limit: 9 })).toEqual({
      rows: [],
      last: undefined,
    })
  })
})

describe('tasks', () => {
  it('of the same description are one task', async () => {
    const { store } = await open()
    const { task } = await withRun(store)
    const { id, ...description } = task
    expect(await store.tasks.put(description)).toEqual(task)
    expect((await store.tasks.put({ ...description, labels: ['b', 'a'] })).id).not.toBe(id)
    expect(await store.tasks.byId(id)).toEqual(task)
  })
})

describe('runs', () => {
  it('are found by name or number, keep their split, and say how they ended', async () => {
    const { store } = await open()
    const { run, split, task, model, dataset } = await withRun(store)
    const named = { task: task.id, model: model.id, dataset: dataset.id, version: 1, settings, split }
    const other = await store.runs.add({ ...named, name: '1' })
    expect((await store.runs.find('1'))?.id).toBe(other.id)
    expect((await store.runs.find('run-1'))?.id).toBe(run.id)
    expect(await store.runs.find('nothing')).toBeUndefined()
    expect(await store.runs.split(run.id)).toEqual(split)
    await expect(store.runs.add({ ...named, name: '1' })).rejects.toMatchObject({ code: 'store/name-taken' })
    await store.runs.setState(run.id, 'running')
    expect((await store.runs.unfinished()).map(({ id }) => id)).toEqual([run.id, other.id])
    await store.runs.setState(run.id, 'failed', 'It broke.')
    expect(await store.runs.byId(run.id)).toMatchObject({ state: 'failed', error: 'It broke.', seed: 7, settings })
  })

  it('number themselves past names that are taken', async () => {
    const { store } = await open()
    const { split, task, model, dataset } = await withRun(store)
    const fields = { task: task.id, model: model.id, dataset: dataset.id, version: 1, settings, split }
    await store.runs.add({ ...fields, name: 'run-3' })
    expect((await store.runs.add({ ...fields, name: undefined })).name).toBe('run-4')
  })
})

describe('metrics and notes', () => {
  it('keep curves, values that are no numbers included, and drop what is measured again', async () => {
    const { store } = await open()
    const { run } = await withRun(store)
    const answer = { row: 3, text: 't', label: 'a', predicted: 'b', probability: 0.25, worst: true }
    const measured = { headline: 'accuracy', metrics: { accuracy: 0.75 } } as const
    const validation = { step: 2, loss: 0.5, ...measured, best: true, rows: [answer] }
    await store.metrics.add(run.id, {
      steps: [step(1), step(2, NaN), step(3, Infinity)],
      validations: [validation, { ...validation, step: 3 }],
    })
    expect(await store.metrics.steps(run.id)).toEqual([step(1), step(2, NaN), step(3, Infinity)])
    await store.metrics.dropAfter(run.id, 2)
    expect((await store.metrics.steps(run.id)).map(({ step }) => step)).toEqual([1, 2])
    expect(await store.metrics.validations(run.id)).toEqual([validation])
    await store.notes.add(run.id, { step: 2, code: 'gradient', message: 'It vanished.' })
    expect(await store.notes.list(run.id)).toEqual([{ step: 2, code: 'gradient', message: 'It vanished.' }])
  })
})
