// Table prompts: a run's tuned vectors with all that gives them meaning.
import type { TunedPrompt } from '../../../contract/compute.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { Db } from '../schema.ts'
import { openTensors, sealTensors } from '../tensors.ts'

export const promptRepository = (db: Db) => ({
  /** Keeps the run's prompt, in place of an earlier one. */
  async put(run: number, { tensors, settings, labels, modelHash }: TunedPrompt): Promise<void> {
    await db
      .replaceInto('prompts')
      .values({
        run,
        labels: JSON.stringify(labels),
        settings: JSON.stringify(settings),
        model_hash: modelHash,
        ...sealTensors(tensors),
        created_at: new Date().toISOString(),
      })
      .execute()
  },

  /** The runs that have a prompt. */
  async runs(): Promise<ReadonlySet<number>> {
    const rows = await db.selectFrom('prompts').select('run').execute()
    return new Set(rows.map(({ run }) => run))
  },

  /** Error: 'store/damaged' where the vectors are not those that were kept. */
  async byRun(run: number): Promise<TunedPrompt | undefined> {
    const row = await db.selectFrom('prompts').selectAll().where('run', '=', run).executeTakeFirst()
    if (!row) return undefined
    return {
      tensors: openTensors(row, `The prompt of run ${String(run)}`),
      settings: JSON.parse(row.settings) as TuneSettings,
      labels: JSON.parse(row.labels) as string[],
      modelHash: row.model_hash,
    }
  },
})
