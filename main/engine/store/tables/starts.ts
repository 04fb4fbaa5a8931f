// Table starts: the prompts from which runs have started, each kept as long as such a run or sweep is there.
import { sql } from 'kysely'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { NamedTensors } from '../../../contract/tensor.ts'
import type { Db } from '../schema.ts'
import { openTensors } from '../tensors.ts'

/** Where the tensors of a start are: a run's prompt, a prompt that was opened from a file, or an earlier start. */
export type StartSource =
  | { readonly table: 'prompts' | 'opened_prompts'; readonly id: number }
  | { readonly table: 'starts'; readonly sha256: string }

/** What is stored of a start besides its tensors. */
export interface StoredStart {
  /** SHA-256 of the tensors. */
  readonly sha256: string
  readonly settings: TuneSettings
  readonly modelHash: string
}

const columns = ['sha256', 'settings', 'model_hash'] as const

export const startRepository = (db: Db) => {
  // The three tables have the columns that are read here in common, and numbers of runs and prompts are row ids.
  const from = (source: StartSource) => {
    const all = db.selectFrom(source.table as 'starts')
    return source.table === 'starts'
      ? all.where('sha256', '=', source.sha256)
      : all.where(sql.ref<number>('rowid'), '=', source.id)
  }
  return {
    /** Undefined where there is no such prompt, or no longer. */
    async find(source: StartSource): Promise<StoredStart | undefined> {
      const row = await from(source).select(columns).executeTakeFirst()
      return (
        row && { sha256: row.sha256, settings: JSON.parse(row.settings) as TuneSettings, modelHash: row.model_hash }
      )
    },

    /** Error: 'store/damaged' where the vectors are not those that were kept. */
    async tensors(source: StartSource, name: string): Promise<NamedTensors | undefined> {
      const row = await from(source).select(['sha256', 'vectors']).executeTakeFirst()
      return row && openTensors(row, `The prompt ${name}`)
    },

    /** Copies the prompt, where it is not there yet; false where its source is gone. */
    async keep(source: StartSource): Promise<boolean> {
      await db
        .insertInto('starts')
        .columns([...columns, 'vectors'])
        .expression(from(source).select([...columns, 'vectors']))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return (await from(source).select('sha256').executeTakeFirst()) !== undefined
    },
  }
}

/** Removes the starts that neither a run nor a sweep has any more; all runs of a sweep have one start. */
export async function pruneStarts(db: Db): Promise<void> {
  await sql`DELETE FROM starts
    WHERE NOT EXISTS (SELECT 1 FROM runs WHERE json_extract(runs.settings, '$.from.sha256') = starts.sha256)
    AND NOT EXISTS (SELECT 1 FROM sweeps WHERE json_extract(plan, '$.runs[0].settings.from.sha256') = starts.sha256)
  `.execute(db)
}
