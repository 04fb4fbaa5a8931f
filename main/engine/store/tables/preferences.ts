// Table preferences: the user's choices for the whole studio; others have their default.
import type { Preferences } from '../../../contract/service.ts'
import type { Db } from '../schema.ts'

const defaults: Preferences = Object.freeze({ theme: 'system', network: true, baseline: null, welcomed: false })

export const preferenceRepository = (db: Db) => ({
  async get(): Promise<Preferences> {
    const rows = await db.selectFrom('preferences').selectAll().execute()
    const chosen = Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]))
    return { ...defaults, ...chosen }
  },

  async set(chosen: Partial<Preferences>): Promise<void> {
    for (const [name, choice] of Object.entries(chosen)) {
      const value = JSON.stringify(choice)
      await db
        .insertInto('preferences')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    }
  },
})
