// A disk without room: what does not fit is refused with its cause, and everything else goes on.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { createLateStates } from '../../../main/engine/store/late.ts'
import { openStore, type Store } from '../../../main/engine/store/store.ts'
import { createTidy } from '../../../main/service/home/tidy.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** 50 rows of some kilobytes each. */
const rows = (from: number) =>
  Array.from({ length: 50 }, (_, i) => ({ row: from + i, cells: [`row ${String(from + i)} ${'x'.repeat(4000)}`] }))

/** Adds rows until the file may not grow any more; gives the version that did not fit, and the error. */
async function fill(store: Store) {
  const dataset = await store.datasets.add({ name: 'big', source: 'big', hash: 'big', columns: ['text'] })
  const version = await store.datasets.begin(dataset.id, { kind: 'import', description: '' })
  for (let from = 1; ; from += 50)
    try {
      await store.piece((tables) => tables.rows.insert(version, rows(from)))
    } catch (error) {
      return { version, error }
    }
}

it('a piece that does not fit is refused in a sentence, and what it had begun can be taken back', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  const store = await openStore(path, { maxPages: 500 })
  const { version, error } = await fill(store)
  expect(error).toMatchObject({ code: 'store/disk-full' })
  // An ordinary transaction fails as plainly, and the one after it is not disturbed.
  const put = store.transaction((tables) => tables.rows.insert(version, rows(100_000)))
  await expect(put).rejects.toMatchObject({ code: 'store/disk-full' })
  await store.preferences.set({ theme: 'dark' })
  const tidy = await createTidy(store, (failure) => {
    throw failure as Error
  })
  await expect.poll(() => store.datasets.unfinished()).toEqual({ hidden: [], open: [] })
  await tidy.close()
  await store.close()
  const again = await openStore(path)
  onTestFinished(() => again.close())
  expect(await again.preferences.get()).toMatchObject({ theme: 'dark' })
})

it('the file becomes smaller by what was deleted, without anyone asking for it', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  const store = await openStore(path, { maxPages: 500 })
  onTestFinished(() => store.close())
  const { version } = await fill(store)
  expect(store.bytes()).toBeGreaterThan(1_500_000)
  while ((await store.piece((tables) => tables.rows.forgetAll(version.dataset, 300), { frees: true })) > 0);
  await expect.poll(() => store.bytes()).toBeLessThan(400_000)
  await expect.poll(() => statSync(path).size).toBeLessThan(400_000)
  await expect.poll(() => statSync(`${path}-wal`).size).toBe(0)
})

it('a file of an earlier version, which could not become smaller, loses its free pages at the next start', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  const store = await openStore(path)
  await someRows(store)
  await store.close()
  const earlier = new Database(path)
  earlier.pragma('journal_mode = DELETE')
  earlier.pragma('auto_vacuum = NONE')
  earlier.exec('VACUUM; DELETE FROM row_revisions')
  earlier.close()
  const before = statSync(path).size
  const again = await openStore(path)
  onTestFinished(() => again.close())
  expect(before).toBeGreaterThan(400_000)
  expect(again.bytes()).toBeLessThan(before / 2)
  expect(await again.preferences.get()).toMatchObject({ theme: 'dark' })
})

async function someRows(store: Store): Promise<void> {
  const dataset = await store.datasets.add({ name: 'old', source: 'old', hash: 'old', columns: ['text'] })
  const version = await store.datasets.begin(dataset.id, { kind: 'import', description: '' })
  await store.rows.insert(version, rows(1))
  await store.rows.insert(version, rows(51))
  await store.preferences.set({ theme: 'dark' })
}

it('a state that cannot be written holds at once, and is written as soon as there is room', async () => {
  let isFull = true
  const written: string[] = []
  const failures: unknown[] = []
  const write = (_table: string, id: number, { state }: { readonly state: string }): Promise<void> => {
    if (isFull) return Promise.reject(new Error('full'))
    written.push(`${String(id)} ${state}`)
    return Promise.resolve()
  }
  const late = createLateStates(write, (error) => failures.push(error), 5)
  onTestFinished(late.close)
  const interrupted = { state: 'interrupted', error: 'The disk is full.', ended_at: null }
  late.set('runs', 3, interrupted)
  await late.writeNow('runs', 3)
  expect(failures).toHaveLength(1)
  expect(late.of('runs', 3)).toEqual(interrupted)
  expect(late.of('sweeps', 3)).toBeUndefined()
  isFull = false
  await expect.poll(() => written).toEqual(['3 interrupted'])
  expect(late.of('runs', 3)).toBeUndefined()
  expect(failures).toHaveLength(1)
})
