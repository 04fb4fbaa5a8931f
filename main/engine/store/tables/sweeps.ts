// Tables sweeps and sweep_runs: what a sweep tries, on which rows, and which run stands at which of its places.
import type { Selectable } from 'kysely'
import { studioError } from '../../../contract/errors/index.ts'
import type { SplitRows } from '../../../contract/records.ts'
import type { SweepRecord, SweptName, Varied } from '../../../contract/methods/sweeps.ts'
import type { SettingValue } from '../../../contract/setting-specs.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { LateStates } from '../late.ts'
import { namedRecords } from '../named.ts'
import type { Db, Schema } from '../schema.ts'
import { trashedDatasets } from './datasets.ts'
import { pruneStarts } from './starts.ts'

const columns = ['id', 'name', 'state', 'dataset', 'version', 'error', 'created_at', 'ended_at'] as const

type SweepRow = Pick<Selectable<Schema['sweeps']>, (typeof columns)[number]>

const record = (row: SweepRow): SweepRecord => ({
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
  readonly values: Readonly<Record<SweptName, SettingValue>>
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

export const sweepRepository = (db: Db, late: LateStates) => {
  const {
    insert,
    list: all,
    ...named
  } = namedRecords<'sweeps', SweepRow, SweepRecord>(db, {
    table: 'sweeps',
    late,
    kind: 'sweep',
    columns,
    record,
    hasEnded: (state) => state === 'finished',
  })
  return {
    ...named,

    /** Without those whose data set is in the trash. */
    async list(): Promise<SweepRecord[]> {
      const gone = await trashedDatasets(db)
      return (await all()).filter(({ dataset }) => !gone.has(dataset))
    },

    /** Adds a running sweep. Error: 'store/name-taken'. */
    async add({ name, plan, split, ...rest }: NewSweep): Promise<SweepRecord> {
      const json = { plan: JSON.stringify(plan), split: JSON.stringify(split) }
      return insert(name, { ...rest, ...json, state: 'running' })
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
      await pruneStarts(db)
    },
  }
}
