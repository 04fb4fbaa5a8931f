// Table runs: a task, a pinned data set version, a base model and settings, and how far it came.
import type { Selectable } from 'kysely'
import { studioError } from '../../../contract/errors/index.ts'
import type { RunRecord, RunState, SplitRows } from '../../../contract/records.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import { firstFree, numbersIn } from '../names.ts'
import type { Db, Schema } from '../schema.ts'

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
] as const

const record = (row: Omit<Selectable<Schema['runs']>, 'split'>): RunRecord => ({
  id: row.id,
  name: row.name,
  state: row.state,
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
  failed: true,
  interrupted: true,
}

export const runRepository = (db: Db) => {
  const freeName = async (): Promise<string> => {
    const max = db.selectFrom('runs').select(({ fn }) => fn.max('id').as('id'))
    const { id } = await max.executeTakeFirstOrThrow()
    const named = (name: string) => {
      const used = db.selectFrom('runs').select('name').where('name', '=', name)
      const opened = db.selectFrom('opened_prompts').select('name').where('name', '=', name)
      return used.unionAll(opened).executeTakeFirst()
    }
    return firstFree('run', (id ?? 0) + 1, async (name) => (await named(name)) !== undefined)
  }

  return {
    /** Adds a queued run. Error: 'store/name-taken'. */
    async add({ name, task, model, dataset, version, settings, split }: NewRun): Promise<RunRecord> {
      const row = await db
        .insertInto('runs')
        .values({
          name: name ?? (await freeName()),
          state: 'queued',
          task,
          model,
          dataset,
          version,
          settings: JSON.stringify(settings),
          seed: settings.seed,
          split: JSON.stringify(split),
          error: null,
          created_at: new Date().toISOString(),
          ended_at: null,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning(columns)
        .executeTakeFirst()
      if (!row) throw studioError('store/name-taken', 'run', name ?? '')
      return record(row)
    },

    async list(): Promise<RunRecord[]> {
      return (await db.selectFrom('runs').select(columns).orderBy('id').execute()).map(record)
    },

    async byId(id: number): Promise<RunRecord | undefined> {
      const row = await db.selectFrom('runs').select(columns).where('id', '=', id).executeTakeFirst()
      return row && record(row)
    },

    /** By name first, then by number. */
    async find(name: string): Promise<RunRecord | undefined> {
      const row = await db
        .selectFrom('runs')
        .select(columns)
        .where(({ or, eb }) => or([eb('name', '=', name), ...numbersIn(name).map((id) => eb('id', '=', id))]))
        .orderBy(({ eb }) => eb('name', '=', name), 'desc')
        .executeTakeFirst()
      return row && record(row)
    },

    async split(id: number): Promise<SplitRows> {
      const row = await db.selectFrom('runs').select('split').where('id', '=', id).executeTakeFirst()
      if (!row) throw studioError('store/missing', 'run', String(id))
      return JSON.parse(row.split) as SplitRows
    },

    async setState(id: number, state: RunState, error?: string): Promise<void> {
      const ended_at = ended[state] ? new Date().toISOString() : null
      await db
        .updateTable('runs')
        .set({ state, error: error ?? null, ended_at })
        .where('id', '=', id)
        .execute()
    },

    /** Steps measured so far, by run. */
    async stepsReached(): Promise<ReadonlyMap<number, number>> {
      const rows = db
        .selectFrom('steps')
        .select(['run', ({ fn }) => fn.max('step').as('step')])
        .groupBy('run')
      return new Map((await rows.execute()).map(({ run, step }) => [run, step]))
    },

    /** What its owner writes about it. Error: 'store/name-taken'. */
    async edit(id: number, { name, note, tags, starred }: RunEdit): Promise<void> {
      const taken =
        name !== undefined &&
        (await db.selectFrom('runs').select('id').where('name', '=', name).where('id', '<>', id).executeTakeFirst())
      if (taken) throw studioError('store/name-taken', 'run', name)
      const values = {
        ...(name === undefined ? {} : { name }),
        ...(note === undefined ? {} : { note }),
        ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
        ...(starred === undefined ? {} : { starred: starred ? 1 : 0 }),
      }
      if (Object.keys(values).length > 0) await db.updateTable('runs').set(values).where('id', '=', id).execute()
    },

    /** Runs that pin a version of this data set. */
    async countOn(dataset: number): Promise<number> {
      const found = db.selectFrom('runs').select(({ fn }) => fn.countAll<number>().as('runs'))
      return (await found.where('dataset', '=', dataset).executeTakeFirstOrThrow()).runs
    },

    /** With all that it made: its measurements, checkpoints, prompt and evaluations. */
    async remove(id: number): Promise<void> {
      await db.deleteFrom('runs').where('id', '=', id).execute()
    },

    /** Runs that a service which no longer lives had taken on. */
    async unfinished(): Promise<RunRecord[]> {
      const rows = db.selectFrom('runs').select(columns).where('state', 'in', ['queued', 'running'])
      return (await rows.orderBy('id').execute()).map(record)
    },
  }
}
