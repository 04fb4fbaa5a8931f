// Table notes: remarks of a run for its reader.
import type { NoteRecord } from '../../../contract/records.ts'
import type { Db } from '../schema.ts'

export const noteRepository = (db: Db) => ({
  async add(run: number, note: NoteRecord): Promise<void> {
    await db
      .insertInto('notes')
      .values({ run, ...note })
      .execute()
  },

  /** The last remark of each code with this prefix, the oldest first. */
  async latest(prefix: string): Promise<Pick<NoteRecord, 'code' | 'message'>[]> {
    return db
      .selectFrom('notes')
      .select(['code', 'message'])
      .where('id', 'in', (last) =>
        last
          .selectFrom('notes')
          .select(({ fn }) => fn.max('id').as('id'))
          .where('code', 'like', `${prefix}%`)
          .groupBy('code'),
      )
      .orderBy('id')
      .execute()
  },

  /** How many remarks there are of each code. */
  async counts(): Promise<{ readonly code: string; readonly count: number }[]> {
    return db
      .selectFrom('notes')
      .select(({ fn }) => ['code', fn.countAll<number>().as('count')])
      .groupBy('code')
      .orderBy('code')
      .execute()
  },

  async list(run: number): Promise<NoteRecord[]> {
    return db.selectFrom('notes').select(['step', 'code', 'message']).where('run', '=', run).orderBy('id').execute()
  },
})
