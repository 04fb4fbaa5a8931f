// The names of runs and prompts, those in the trash included, and those that runs had: the studio gives none twice.
import { createHash } from 'node:crypto'
import type { Db } from '../schema.ts'

/** A deleted name itself may be nobody's business any more. */
const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex')

async function isTaken(db: Db, name: string): Promise<boolean> {
  const [run, prompt] = await Promise.all([
    db.selectFrom('runs').select('id').where('name', '=', name).executeTakeFirst(),
    db.selectFrom('opened_prompts').select('id').where('name', '=', name).executeTakeFirst(),
  ])
  return run !== undefined || prompt !== undefined
}

export const nameRepository = (db: Db) => ({
  /** Whether a run or prompt has it. */
  isTaken: (name: string) => isTaken(db, name),

  /** Whether a run or prompt has or had it. */
  async isKnown(name: string): Promise<boolean> {
    const retired = db.selectFrom('retired_names').select('sha256').where('sha256', '=', hashOf(name))
    return (await isTaken(db, name)) || (await retired.executeTakeFirst()) !== undefined
  },

  /** Keeps the name of a run that is deleted or renamed from being given again. */
  async retire(name: string): Promise<void> {
    await db
      .insertInto('retired_names')
      .values({ sha256: hashOf(name) })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  },
})
