// Table preferences: the user's choices for the whole studio, and the local API's switch; what nobody chose has its default.
import { type ApiSettings, usualPort } from '../../../contract/methods/local-api.ts'
import type { Preferences } from '../../../contract/service.ts'
import type { Db } from '../schema.ts'

const defaults: Preferences = Object.freeze({ theme: 'system', network: true, baseline: null, welcomed: false })
const apiDefaults: ApiSettings = Object.freeze({ on: false, port: usualPort, needsKey: false })
/** The name of the switch's row. */
const API = 'local api'

async function put(db: Db, name: string, choice: unknown): Promise<void> {
  const value = JSON.stringify(choice)
  await db
    .insertInto('preferences')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

export const preferenceRepository = (db: Db) => ({
  async get(): Promise<Preferences> {
    const rows = await db.selectFrom('preferences').selectAll().where('name', '<>', API).execute()
    const chosen = Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]))
    return { ...defaults, ...chosen }
  },

  async set(chosen: Partial<Preferences>): Promise<void> {
    for (const [name, choice] of Object.entries(chosen)) await put(db, name, choice)
  },

  async api(): Promise<ApiSettings> {
    const row = await db.selectFrom('preferences').select('value').where('name', '=', API).executeTakeFirst()
    return { ...apiDefaults, ...(row ? (JSON.parse(row.value) as Partial<ApiSettings>) : {}) }
  },

  setApi: (settings: ApiSettings) => put(db, API, settings),
})
