// Databases of earlier versions of the studio, made by the migrations that those had.
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from '../../main/engine/store/migrations/index.ts'

/** A database as the studio with migrations up to this one left it. */
export async function databaseOf(last: string, path: string, rows = ''): Promise<void> {
  const database = new Database(path)
  database.pragma('foreign_keys = ON')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  const some = Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= last))
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(some) },
  }).migrateToLatest()
  if (error !== undefined) throw error as Error
  database.exec(rows)
  await db.destroy()
}
