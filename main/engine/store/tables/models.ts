// Table models: the base models that were added, each with its prepared description as bytes.
import type { Selectable } from 'kysely'
import { studioError } from '../../../contract/errors/index.ts'
import type { DecoderConfig } from '../../../contract/model.ts'
import type { ModelRecord } from '../../../contract/records.ts'
import type { Db, Schema } from '../schema.ts'

const columns = [
  ...(['id', 'name', 'hash', 'weights_hash', 'source', 'folder'] as const),
  ...(['family', 'licence', 'added_at', 'base', 'run'] as const),
] as const

const record = (row: Omit<Selectable<Schema['models']>, 'prepared' | 'config'>): ModelRecord => ({
  id: row.id,
  name: row.name,
  hash: row.hash,
  weightsHash: row.weights_hash,
  source: row.source,
  folder: row.folder,
  family: row.family,
  licence: row.licence ?? undefined,
  addedAt: row.added_at,
  base: row.base ?? undefined,
  run: row.run ?? undefined,
})

export type NewModel = Omit<ModelRecord, 'id' | 'addedAt' | 'weightsHash' | 'base' | 'run'> & {
  /** `hash` where absent. */
  readonly weightsHash?: string
  /** Where a run made it: from which model, and which run. */
  readonly made?: { readonly base: string; readonly run: number }
  readonly prepared: Uint8Array
  readonly config: DecoderConfig
}

export const modelRepository = (db: Db) => ({
  /**
   * Adds a model, or renews the one of the same name where its content is the same, or was known by its weights alone when it
   * was added. Error: 'store/name-taken'.
   */
  async put(model: NewModel): Promise<ModelRecord> {
    const known = await db.selectFrom('models').select(['id', 'hash']).where('name', '=', model.name).executeTakeFirst()
    const { hash, weightsHash = hash } = model
    if (known && known.hash !== hash && known.hash !== weightsHash)
      throw studioError('store/name-taken', 'model', model.name)
    const { source, folder, family, prepared, licence = null } = model
    const config = JSON.stringify(model.config)
    const renewed = {
      hash,
      weights_hash: weightsHash,
      source,
      folder,
      family,
      prepared,
      licence,
      config,
      ...model.made,
    }
    const row = await db
      .insertInto('models')
      .values({ name: model.name, added_at: new Date().toISOString(), ...renewed })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(renewed))
      .returning(columns)
      .executeTakeFirstOrThrow()
    return record(row)
  },

  async list(): Promise<ModelRecord[]> {
    return (await db.selectFrom('models').select(columns).orderBy('id').execute()).map(record)
  },

  /** The models' shapes by their ids. */
  async configs(): Promise<ReadonlyMap<number, DecoderConfig>> {
    const rows = await db.selectFrom('models').select(['id', 'config']).execute()
    return new Map(rows.map(({ id, config }) => [id, JSON.parse(config) as DecoderConfig]))
  },

  /** Error: 'store/name-taken'. */
  async rename(id: number, name: string): Promise<ModelRecord> {
    const other = await db.selectFrom('models').select('id').where('name', '=', name).executeTakeFirst()
    if (other && other.id !== id) throw studioError('store/name-taken', 'model', name)
    const query = db.updateTable('models').set({ name }).where('id', '=', id).returning(columns)
    return record(await query.executeTakeFirstOrThrow())
  },

  async remove(id: number): Promise<void> {
    await db.deleteFrom('models').where('id', '=', id).execute()
  },

  async byName(name: string): Promise<ModelRecord | undefined> {
    const row = await db.selectFrom('models').select(columns).where('name', '=', name).executeTakeFirst()
    return row && record(row)
  },

  async byId(id: number): Promise<ModelRecord | undefined> {
    const row = await db.selectFrom('models').select(columns).where('id', '=', id).executeTakeFirst()
    return row && record(row)
  },

  /** The model that the run made. */
  async byRun(run: number): Promise<ModelRecord | undefined> {
    const row = await db.selectFrom('models').select(columns).where('run', '=', run).executeTakeFirst()
    return row && record(row)
  },

  async bySource(source: string): Promise<ModelRecord | undefined> {
    const found = db.selectFrom('models').select(columns).where('source', '=', source).orderBy('id', 'desc')
    const row = await found.executeTakeFirst()
    return row && record(row)
  },

  /** The model and its prepared description, unread. Error: 'store/missing'. */
  async prepared(id: number): Promise<{ readonly model: ModelRecord; readonly bytes: Uint8Array }> {
    const row = await db.selectFrom('models').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw studioError('store/missing', 'model', String(id))
    return { model: record(row), bytes: row.prepared }
  },
})
