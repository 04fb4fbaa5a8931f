// A studio's data from before a migration is all there behind it.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, it } from 'vitest'
import { migrations } from '../../../main/engine/store/migrations/index.ts'
import { openStore } from '../../../main/engine/store/store.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** A database as the studio with migrations up to this one left it. */
async function databaseOf(last: string, path: string, rows: string): Promise<void> {
  const database = new Database(path)
  database.pragma('foreign_keys = ON')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  const some = Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= last))
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(some) },
  }).migrateToLatest()
  expect(error).toBeUndefined()
  database.exec(rows)
  await db.destroy()
}

it('runs keep their tasks when tasks learn of written answers, and evaluations their subject', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  await databaseOf(
    '0006-opened-prompts',
    path,
    `INSERT INTO models (id, name, hash, source, folder, family, prepared, added_at)
       VALUES (1, 'm', 'h', 's', 'f', 'llama', x'7b7d', 'now');
     INSERT INTO datasets (id, name, source, hash, columns, created_at)
       VALUES (4, 'mail', '/mail.csv', 'h', '["text","label"]', 'now');
     INSERT INTO versions (dataset, number, kind, complete, created_at) VALUES (4, 1, 'import', 1, 'now');
     INSERT INTO tasks VALUES (7, 4, 'classification', 'text', 'label', '["a","b"]');
     INSERT INTO runs (id, name, state, task, model, dataset, version, settings, seed, split, created_at)
       VALUES (9, 'mine', 'finished', 7, 1, 4, 1, '{}', 0, '{"train":[],"validation":[],"test":[]}', 'now');
     INSERT INTO evaluations (run, subject, dataset, version, rows, accuracy, macro_f1, created_at)
       VALUES (9, 'tuned prompt', 4, 1, 10, 0.9, 0.8, 'now');`,
  )
  const store = await openStore(path)
  const [run] = await store.runs.list()
  expect(run).toMatchObject({ name: 'mine', task: 7 })
  const task = {
    dataset: 4,
    kind: 'classification',
    textColumn: 'text',
    labelColumn: 'label',
    contextColumn: '',
  } as const
  expect(await store.tasks.byId(7)).toEqual({ id: 7, ...task, labels: ['a', 'b'] })
  expect((await store.evaluations.list(9)).map(({ subject, accuracy }) => [subject, accuracy])).toEqual([
    ['tuned prompt', 0.9],
  ])
  // The same task is found again; another kind on the same columns is another task.
  expect((await store.transaction((t) => t.tasks.put({ ...task, labels: ['a', 'b'] }))).id).toBe(7)
  const written = { ...task, kind: 'answering', contextColumn: 'about', labels: [] } as const
  expect((await store.transaction((t) => t.tasks.put(written))).id).toBe(8)
  await store.close()
  const raw = new Database(path)
  expect(raw.pragma('foreign_key_check')).toEqual([])
  raw.close()
})
