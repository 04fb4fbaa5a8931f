// Compiled statements of a connection, kept by their SQL: a change of many rows would leave thousands to the garbage collector.
import type Database from 'better-sqlite3'

type Statement = Database.Statement<unknown[]>

/** Statements that are kept: those of the largest changes have megabytes of SQL between them. */
const KEPT = 40

const isKept = (sql: string): boolean => /^\s*(select|insert|update|delete|with|begin|commit|rollback)\b/i.test(sql)
/** A change of the schema changes what compiled statements mean; a pragma, which acts while it is compiled, does not. */
const changesSchema = (sql: string): boolean => !isKept(sql) && !/^\s*pragma\b/i.test(sql)

/** Gives the statement of some SQL; the least recently used ones are compiled anew. Throws what SQLite throws. */
export function createStatements(database: Database.Database): (sql: string) => Statement {
  const kept = new Map<string, Statement>()
  return (sql) => {
    if (changesSchema(sql)) kept.clear()
    if (!isKept(sql)) return database.prepare(sql)
    const known = kept.get(sql)
    // One whose rows are being read one by one cannot be started again.
    const statement = known && !known.busy ? known : database.prepare<unknown[]>(sql)
    kept.delete(sql)
    kept.set(sql, statement)
    for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old)
    return statement
  }
}
