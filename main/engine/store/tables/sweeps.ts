// Tables sweeps and sweep_runs: what a sweep tries, on which rows, and which run stands at which of its places.
import type { Selectable } from 'kysely'
import { studioError } from '../../../contract/errors/index.ts'
import type { SplitRows } from '../../../contract/records.ts'
import type { SweepRecord, SweepState, SweptName, Varied } from '../../../contract/methods/sweeps.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import { firstFree, numbersIn } from '../names.ts'
import type { Db, Schema } from '../schema.ts'

const columns = ['id', 'name', 'state', 'dataset', 'version', 'error', 'created_at', 'ended_at'] as const

const record = (row: Pick<Selectable<Schema['sweeps']>, (typeof columns)[number]>): SweepRecord => ({
  id: row.id,
  name: row.name,
  state: row.state,
  dataset: row.dataset,
  version: row.version,
  error: row.error ?? undefined,
  createdAt: row.created_at,
  endedAt: row.ended_at ?? undefined,
})

/** A run that a sweep makes, whether it has begun or not. */
export interface PlannedRun {
  readonly configuration: number
  /** The configuration's own values. */
  readonly values: Readonly<Partial<Record<SweptName, string | number>>>
  readonly model: number
  readonly settings: TuneSettings
}

export interface StoredPlan {
  readonly vary: readonly Varied[]
  /** Shares of its steps at which a run may end. */
  readonly rungs: readonly number[]
  /** By place: those of one seed together. */
  readonly runs: readonly PlannedRun[]
}

export interface NewSweep {
  /** Undefined = "sweep-" and its number. */
  readonly name: string | undefined
  readonly dataset: number
  readonly version: number
  readonly task: number
  readonly plan: StoredPlan
  readonly split: SplitRows
}

export const sweepRepository = (db: Db) => {
  const freeName = async (): Promise<string> => {
    const { id } = await db
      .selectFrom('sweeps')
      .select(({ fn }) => fn.max('id').as('id'))
      .executeTakeFirstOrThrow()
    const named = (name: string) => db.selectFrom('sweeps').select('id').where('name', '=', name).executeTakeFirst()
    return firstFree('sweep', (id ?? 0) + 1, async (name) => (await named(name)) !== undefined)
  }

  return {
    /** Adds one that is under way. Error: 'store/name-taken'. */
    async add({ name, dataset, version, task, plan, split }: NewSweep): Promise<SweepRecord> {
      const row = await db
        .insertInto('sweeps')
        .values({
          name: name ?? (await freeName()),
          state: 'running',
          dataset,
          version,
          task,
          plan: JSON.stringify(plan),
          split: JSON.stringify(split),
          error: null,
          created_at: new Date().toISOString(),
          ended_at: null,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning(columns)
        .executeTakeFirst()
      if (!row) throw studioError('store/name-taken', 'sweep', name ?? '')
      return record(row)
    },

    async list(): Promise<SweepRecord[]> {
      return (await db.selectFrom('sweeps').select(columns).orderBy('id').execute()).map(record)
    },

    /** By name first, then by number. */
    async find(name: string): Promise<SweepRecord | undefined> {
      const row = await db
        .selectFrom('sweeps')
        .select(columns)
        .where(({ or, eb }) => or([eb('name', '=', name), ...numbersIn(name).map((id) => eb('id', '=', id))]))
        .orderBy(({ eb }) => eb('name', '=', name), 'desc')
        .executeTakeFirst()
      return row && record(row)
    },

    async byId(id: number): Promise<SweepRecord | undefined> {
      const row = await db.selectFrom('sweeps').select(columns).where('id', '=', id).executeTakeFirst()
      return row && record(row)
    },

    async plan(id: number): Promise<StoredPlan & { readonly task: number; readonly split: SplitRows }> {
      const row = await db
        .selectFrom('sweeps')
        .select(['plan', 'split', 'task'])
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw studioError('store/missing', 'sweep', String(id))
      return { ...(JSON.parse(row.plan) as StoredPlan), task: row.task, split: JSON.parse(row.split) as SplitRows }
    },

    async setState(id: number, state: SweepState, error?: string): Promise<void> {
      const ended_at = state === 'finished' ? new Date().toISOString() : null
      await db
        .updateTable('sweeps')
        .set({ state, error: error ?? null, ended_at })
        .where('id', '=', id)
        .execute()
    },

    /** Runs by their place; undefined where one was discarded. */
    async runs(id: number): Promise<ReadonlyMap<number, number | undefined>> {
      const rows = await db.selectFrom('sweep_runs').select(['place', 'run']).where('sweep', '=', id).execute()
      return new Map(rows.map(({ place, run }) => [place, run ?? undefined]))
    },

    async addRun(sweep: number, place: number, run: number): Promise<void> {
      await db.insertInto('sweep_runs').values({ sweep, place, run }).execute()
    },

    /** The sweep only: its runs are runs like others. */
    async remove(id: number): Promise<void> {
      await db.deleteFrom('sweeps').where('id', '=', id).execute()
    },
  }
}
