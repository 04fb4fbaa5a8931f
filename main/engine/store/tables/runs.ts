// Table runs: a task, a pinned data set version, a base model and settings, and how far it came.
import type { Selectable } from 'kysely'
import { studioError } from '../../../contract/errors/index.ts'
import type { Measured } from '../../../contract/metrics.ts'
import type { RunRecord, RunState, SplitRows } from '../../../contract/records.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { LateStates } from '../late.ts'
import { namedRecords } from '../named.ts'
import type { Db, Schema } from '../schema.ts'
import { trashedDatasets } from './datasets.ts'
import { nameRepository } from './names.ts'
import { pruneStarts } from './starts.ts'

const columns = [
  'id',
  'name',
  'state',
  'task',
  'model',
  'dataset',
  'version',
  'settings',
  'seed',
  'error',
  'created_at',
  'ended_at',
  'note',
  'tags',
  'starred',
  'trashed_at',
] as const

type RunRow = Omit<Selectable<Schema['runs']>, 'split' | 'untuned'>

const record = (row: RunRow): RunRecord => ({
  id: row.id,
  name: row.name,
  state: row.state === 'finished' && row.error !== null ? 'diverged' : row.state,
  task: row.task,
  model: row.model,
  dataset: row.dataset,
  version: row.version,
  settings: JSON.parse(row.settings) as TuneSettings,
  seed: row.seed,
  error: row.error ?? undefined,
  createdAt: row.created_at,
  endedAt: row.ended_at ?? undefined,
  note: row.note,
  tags: JSON.parse(row.tags) as string[],
  starred: row.starred === 1,
  trashedAt: row.trashed_at ?? undefined,
})

export interface NewRun {
  /** Undefined = "run-" and the run's number. */
  readonly name: string | undefined
  readonly task: number
  readonly model: number
  readonly dataset: number
  readonly version: number
  readonly settings: TuneSettings
  readonly split: SplitRows
}

export interface RunEdit {
  readonly name?: string
  readonly note?: string
  readonly tags?: readonly string[]
  readonly starred?: boolean
}

const ended: Readonly<Record<RunState, boolean>> = {
  queued: false,
  running: false,
  stopped: true,
  finished: true,
  diverged: true,
  failed: true,
  interrupted: true,
}

export const runRepository = (db: Db, late: LateStates) => {
  const names = nameRepository(db)
  const {
    insert,
    list: all,
    ...named
  } = namedRecords<'runs', RunRow, RunRecord>(db, {
    table: 'runs',
    late,
    kind: 'run',
    columns,
    record,
    hasEnded: (state) => ended[state],
    // The table, older than this state, has it as a finished run with an error.
    stored: (state) => (state === 'diverged' ? 'finished' : state),
    // Prompts are called by the same names.
    isTaken: names.isKnown,
  })
  return {
    ...named,
    /** Those in the trash included. */
    all,
    /** Without those in the trash, and those whose data set lies there. */
    async list(): Promise<RunRecord[]> {
      const gone = await trashedDatasets(db)
      return (await all()).filter(({ trashedAt, dataset }) => trashedAt === undefined && !gone.has(dataset))
    },

    /** Into the trash, or out of it. */
    async setTrashed(id: number, trashed: boolean): Promise<void> {
      const trashed_at = trashed ? new Date().toISOString() : null
      await db.updateTable('runs').set({ trashed_at }).where('id', '=', id).execute()
    },

    /** Adds a queued run. Error: 'store/name-taken'. */
    async add({ name, settings, split, ...rest }: NewRun): Promise<RunRecord> {
      const json = { settings: JSON.stringify(settings), split: JSON.stringify(split) }
      return insert(name, { ...rest, ...json, state: 'queued', seed: settings.seed })
    },

    /** Steps measured so far, by run. */
    async stepsReached(): Promise<ReadonlyMap<number, number>> {
      const rows = db
        .selectFrom('steps')
        .select(['run', ({ fn }) => fn.max('step').as('step')])
        .groupBy('run')
      return new Map((await rows.execute()).map(({ run, step }) => [run, step]))
    },

    /** What the model alone answers on the run's validation set. */
    async setUntuned(id: number, measured: Measured): Promise<void> {
      await db
        .updateTable('runs')
        .set({ untuned: JSON.stringify(measured) })
        .where('id', '=', id)
        .execute()
    },

    /** Undefined where it was not measured. */
    async untuned(id: number): Promise<Measured | undefined> {
      const found = await db.selectFrom('runs').select('untuned').where('id', '=', id).executeTakeFirst()
      return found?.untuned ? (JSON.parse(found.untuned) as Measured) : undefined
    },

    /** What its owner writes about it. Error: 'store/name-taken'. */
    async edit(id: number, { name, note, tags, starred }: RunEdit): Promise<void> {
      const taken =
        name !== undefined &&
        (await db.selectFrom('runs').select('id').where('name', '=', name).where('id', '<>', id).executeTakeFirst())
      if (taken) throw studioError('store/name-taken', 'run', name)
      const before = await db.selectFrom('runs').select('name').where('id', '=', id).executeTakeFirst()
      if (name !== undefined && before && before.name !== name) await names.retire(before.name)
      const values = {
        ...(name === undefined ? {} : { name }),
        ...(note === undefined ? {} : { note }),
        ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
        ...(starred === undefined ? {} : { starred: starred ? 1 : 0 }),
      }
      if (Object.keys(values).length > 0) await db.updateTable('runs').set(values).where('id', '=', id).execute()
    },

    /** Runs that pin a version of this data set, without those that are in the trash by themselves. */
    async countOn(dataset: number): Promise<number> {
      const found = db.selectFrom('runs').select(({ fn }) => fn.countAll<number>().as('runs'))
      return (await found.where('dataset', '=', dataset).where('trashed_at', 'is', null).executeTakeFirstOrThrow()).runs
    },

    /** With all that it made: its measurements, checkpoints, prompt and evaluations. */
    async remove(id: number): Promise<void> {
      const run = await db.selectFrom('runs').select('name').where('id', '=', id).executeTakeFirst()
      if (run) await names.retire(run.name)
      await db.deleteFrom('runs').where('id', '=', id).execute()
      await pruneStarts(db)
    },

    /** Runs that are queued or running: at a start, those that an earlier service left. */
    async unfinished(): Promise<RunRecord[]> {
      return (await all()).filter(({ state }) => !ended[state])
    },
  }
}
