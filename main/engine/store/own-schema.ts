// Compares a database's schema with the one that this studio's migrations make: nothing else may come in with a backup.
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from './migrations/index.ts'

interface Part {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

/** Spelling that SQLite itself changes when it rewrites a statement: quotes and spaces. */
const plain = (sql: string | null): string => (sql ?? '').replace(/["'`[\]\s]/g, '').toLowerCase()

const keyOf = ({ type, name, sql }: Part): string => `${type} ${name} ${plain(sql)}`

const partsOf = (database: Database.Database): Part[] =>
  database.prepare('SELECT type, name, sql FROM sqlite_schema').all() as Part[]

/**
 * The first table, index, trigger or view, such as "trigger x", that a database which has run the migrations `made` has
 * beyond those that they make, or lacks or has otherwise; undefined where it is as it should be.
 */
export async function foreignPart(database: Database.Database, made: readonly string[]): Promise<string | undefined> {
  const parts = partsOf(database)
  const own = await schemaOf(made)
  const ownKeys = new Set(own.map(keyOf))
  const keys = new Set(parts.map(keyOf))
  const strange = parts.find((part) => !ownKeys.has(keyOf(part))) ?? own.find((part) => !keys.has(keyOf(part)))
  return strange && `${strange.type} ${strange.name}`
}

/** What the migrations make of an empty database. */
async function schemaOf(made: readonly string[]): Promise<Part[]> {
  const database = new Database(':memory:')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  try {
    const chosen = Object.fromEntries(Object.entries(migrations).filter(([name]) => made.includes(name)))
    const provider = { getMigrations: () => Promise.resolve(chosen) }
    const { error } = await new Migrator({ db, provider }).migrateToLatest()
    if (error !== undefined) throw error as Error
    return partsOf(database)
  } finally {
    await db.destroy()
  }
}
