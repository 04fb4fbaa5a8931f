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

  async list(run: number): Promise<NoteRecord[]> {
    return db.selectFrom('notes').select(['step', 'code', 'message']).where('run', '=', run).orderBy('id').execute()
  },
})
