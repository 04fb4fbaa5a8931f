// Table connections: the network ledger, every exchange with another computer.
import type { ConnectionRecord } from '../../../contract/service.ts'
import type { Db } from '../schema.ts'

export const connectionRepository = (db: Db) => ({
  async add(connection: Omit<ConnectionRecord, 'id' | 'at'>): Promise<void> {
    await db
      .insertInto('connections')
      .values({ ...connection, at: new Date().toISOString() })
      .execute()
  },

  /** Takes in what another ledger has and this one has not. */
  async merge(connections: readonly ConnectionRecord[]): Promise<void> {
    for (const { host, purpose, sent, received, at } of connections) {
      const connection = { host, purpose, sent, received, at }
      const known = db
        .selectFrom('connections')
        .select('id')
        .where(({ and }) => and(connection))
      if (!(await known.executeTakeFirst())) await db.insertInto('connections').values(connection).execute()
    }
  },

  /** The newest first. */
  async list(): Promise<ConnectionRecord[]> {
    return db.selectFrom('connections').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').execute()
  },
})
