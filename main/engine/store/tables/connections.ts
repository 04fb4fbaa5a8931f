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

  /** The newest first. */
  async list(): Promise<ConnectionRecord[]> {
    return db.selectFrom('connections').selectAll().orderBy('id', 'desc').execute()
  },
})
