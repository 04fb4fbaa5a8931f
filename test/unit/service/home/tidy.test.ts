// What nobody sees any more leaves the database in small pieces, whenever the studio is closed or dies between two of them.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../../main/engine/store/store.ts'
import { createTidy } from '../../../../main/service/home/tidy.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** More than two pieces. */
const ROWS = 2500
const numbers = Array.from({ length: ROWS }, (_, i) => i + 1)

const unexpected = (error: unknown): never => {
  throw error as Error
}

async function start() {
  const path = join(temporaryFolder(), 'studio.db')
  const store = await openStore(path)
  const database = new Database(path)
  onTestFinished(() => {
    database.close()
  })
  onTestFinished(() => store.close())
  const bring = async (name: string) => {
    const { id } = await store.datasets.add({ name, source: name, hash: name, columns: ['text'] })
    const version = await store.datasets.begin(id, { kind: 'import', description: '' })
    await store.rows.insert(
      version,
      numbers.map((row) => ({ row, cells: [`text ${String(row)}`] })),
    )
    return { id, version, done: () => store.datasets.complete(version, { used: ROWS, excluded: 0, trash: 0 }) }
  }
  const revisions = (): unknown => database.prepare('SELECT count(*) FROM row_revisions').pluck().get()
  return { store, bring, revisions }
}

it('an operation that a crash cut off is taken back, as if it had never begun', async () => {
  const { store, bring, revisions } = await start()
  const { id, done } = await bring('mail')
  await done()
  const version = await store.datasets.begin(id, { kind: 'edit', description: 'never ended' })
  await store.rows.setState(version, numbers, 'trash')
  await store.rows.insert(version, [{ row: ROWS + 1, cells: ['added'] }])
  const tidy = await createTidy(store, unexpected)
  expect(await store.datasets.newest(id)).toBe(1)
  await tidy.ready()
  expect(await store.rows.states(id, numbers)).toEqual({ used: ROWS, excluded: 0, trash: 0 })
  expect(revisions()).toBe(ROWS)
  expect(await store.datasets.begin(id, { kind: 'edit', description: 'next' })).toMatchObject({ number: 2 })
})

it('an import that never came to its end is forgotten, and no other one', async () => {
  const { store, bring, revisions } = await start()
  const remaining = await bring('kept')
  await remaining.done()
  const broken = await bring('broken')
  expect(await store.datasets.byId(broken.id)).toBeUndefined()
  const tidy = await createTidy(store, unexpected)
  await expect.poll(revisions).toBe(ROWS)
  await tidy.close()
  expect(await store.datasets.unfinished()).toEqual({ hidden: [], open: [] })
  expect((await store.datasets.list()).map(({ id }) => id)).toEqual([remaining.id])
})

it('a data set that is removed is out of sight at once, and gone by and by', async () => {
  const { store, bring, revisions } = await start()
  const { id, done } = await bring('mail')
  await done()
  const tidy = await createTidy(store, unexpected)
  await tidy.forget(id)
  expect(await store.datasets.list()).toEqual([])
  expect(await store.datasets.byHash('mail')).toBeUndefined()
  await expect.poll(revisions).toBe(0)
  await expect.poll(() => store.datasets.unfinished()).toEqual({ hidden: [], open: [] })
})

it('what a closing studio leaves is done after the next start', async () => {
  const { store, bring, revisions } = await start()
  const { id, done } = await bring('mail')
  await done()
  const tidy = await createTidy(store, unexpected)
  await tidy.forget(id)
  await tidy.close()
  expect(revisions()).not.toBe(0)
  expect(await store.datasets.list()).toEqual([])
  await createTidy(store, unexpected)
  await expect.poll(revisions).toBe(0)
})

it('the error of a failed piece is reported', async () => {
  const { store, bring } = await start()
  await bring('broken')
  const failure = Promise.withResolvers<unknown>()
  const failing = { ...store, piece: () => Promise.reject(new Error('the disk is full')) }
  await createTidy(failing, failure.resolve)
  expect(await failure.promise).toMatchObject({ message: 'the disk is full' })
})
