// Table prompts: a run's tuned vectors with all that gives them meaning.
import type { Calibration } from '../../../contract/calibration.ts'
import type { TunedPrompt } from '../../../contract/compute.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { Db } from '../schema.ts'
import { openTensors, sealTensors } from '../tensors.ts'

export const promptRepository = (db: Db) => ({
  /** Keeps the run's prompt, in place of an earlier one. */
  async put(run: number, { tensors, settings, labels, modelHash, calibration }: TunedPrompt): Promise<void> {
    await db
      .replaceInto('prompts')
      .values({
        run,
        labels: JSON.stringify(labels),
        settings: JSON.stringify(settings),
        model_hash: modelHash,
        ...sealTensors(tensors),
        created_at: new Date().toISOString(),
        calibration: calibration ? JSON.stringify(calibration) : null,
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
      ...calibrationIn(row),
    }
  },

  /** The calibrations of all prompts that have one, by their runs. */
  async calibrations(): Promise<ReadonlyMap<number, Calibration>> {
    const found = db.selectFrom('prompts').select(['run', 'calibration']).where('calibration', 'is not', null)
    return new Map((await found.execute()).map((row) => [row.run, JSON.parse(row.calibration ?? '') as Calibration]))
  },

  /** Undefined where the run's prompt was not calibrated. */
  async calibration(run: number): Promise<Calibration | undefined> {
    const row = await db.selectFrom('prompts').select('calibration').where('run', '=', run).executeTakeFirst()
    return row && calibrationIn(row).calibration
  },

  async setCalibration(run: number, calibration: Calibration): Promise<void> {
    const values = { calibration: JSON.stringify(calibration) }
    await db.updateTable('prompts').set(values).where('run', '=', run).execute()
  },
})

/** A prompt's calibration as a field, where it has one. */
export const calibrationIn = ({
  calibration,
}: {
  readonly calibration: string | null
}): { readonly calibration?: Calibration } =>
  calibration === null ? {} : { calibration: JSON.parse(calibration) as Calibration }
