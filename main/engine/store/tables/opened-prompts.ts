// Table opened_prompts: prompts that were tuned elsewhere, each with the model here that it works with.
import type { Selectable } from 'kysely'
import type { Calibration } from '../../../contract/calibration.ts'
import type { TunedPrompt } from '../../../contract/compute.ts'
import type { EvaluationFigures } from '../../../contract/records.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { Db, Schema } from '../schema.ts'
import { openTensors, sealTensors } from '../tensors.ts'
import { calibrationIn } from './prompts.ts'

export interface OpenedPrompt {
  readonly id: number
  readonly name: string
  readonly model: number
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  /** As its file states them: they were measured on rows that this studio does not have. */
  readonly figures: readonly EvaluationFigures[]
  /** Whether its file's known answers agreed with those of the model here; false where the file had none. */
  readonly checked: boolean
  readonly createdAt: string
  /** Undefined while it is not in the trash. */
  readonly trashedAt: string | undefined
  /** As its file states it. */
  readonly calibration?: Calibration
}

/** A prompt as its file has it, but for the name. */
export interface NewPrompt extends Pick<OpenedPrompt, 'model' | 'figures' | 'checked'> {
  readonly prompt: TunedPrompt
}

const columns = [
  ...(['id', 'name', 'model', 'labels', 'settings', 'figures'] as const),
  ...(['checked', 'created_at', 'trashed_at', 'calibration'] as const),
] as const

const record = (row: Pick<Selectable<Schema['opened_prompts']>, (typeof columns)[number]>): OpenedPrompt => ({
  id: row.id,
  name: row.name,
  model: row.model,
  settings: JSON.parse(row.settings) as TuneSettings,
  labels: JSON.parse(row.labels) as string[],
  figures: JSON.parse(row.figures) as EvaluationFigures[],
  checked: row.checked === 1,
  createdAt: row.created_at,
  trashedAt: row.trashed_at ?? undefined,
  ...calibrationIn(row),
})

const jsonOf = ({ calibration }: TunedPrompt): string | null => (calibration ? JSON.stringify(calibration) : null)

const all = async (db: Db): Promise<OpenedPrompt[]> =>
  (await db.selectFrom('opened_prompts').select(columns).orderBy('id').execute()).map(record)

export const openedPromptRepository = (db: Db) => ({
  /** Prompts that are this one in everything but their names: the same vectors may stand in another template. */
  async twins({ model, prompt, figures, checked }: NewPrompt): Promise<OpenedPrompt[]> {
    const rows = await db
      .selectFrom('opened_prompts')
      .select(columns)
      .where('sha256', '=', sealTensors(prompt.tensors).sha256)
      .where('model', '=', model)
      .where('labels', '=', JSON.stringify(prompt.labels))
      .where('settings', '=', JSON.stringify(prompt.settings))
      .where('figures', '=', JSON.stringify(figures))
      .where('checked', '=', checked ? 1 : 0)
      .where('calibration', 'is', jsonOf(prompt))
      .execute()
    return rows.map(record)
  },

  async add(name: string, { model, prompt, figures, checked }: NewPrompt): Promise<OpenedPrompt> {
    const row = await db
      .insertInto('opened_prompts')
      .values({
        name,
        model,
        labels: JSON.stringify(prompt.labels),
        settings: JSON.stringify(prompt.settings),
        model_hash: prompt.modelHash,
        figures: JSON.stringify(figures),
        checked: checked ? 1 : 0,
        calibration: jsonOf(prompt),
        ...sealTensors(prompt.tensors),
        created_at: new Date().toISOString(),
      })
      .returning(columns)
      .executeTakeFirstOrThrow()
    return record(row)
  },

  /** Those in the trash included. */
  all: () => all(db),

  list: async (): Promise<OpenedPrompt[]> => (await all(db)).filter(({ trashedAt }) => trashedAt === undefined),

  /** Into the trash, or out of it. */
  async setTrashed(id: number, trashed: boolean): Promise<void> {
    const trashed_at = trashed ? new Date().toISOString() : null
    await db.updateTable('opened_prompts').set({ trashed_at }).where('id', '=', id).execute()
  },

  async byName(name: string): Promise<OpenedPrompt | undefined> {
    const row = await db.selectFrom('opened_prompts').select(columns).where('name', '=', name).executeTakeFirst()
    return row && record(row)
  },

  /** Error: 'store/damaged' where the vectors are not those that were kept. */
  async prompt({ id, name, settings, labels, calibration }: OpenedPrompt): Promise<TunedPrompt> {
    const row = await db
      .selectFrom('opened_prompts')
      .select(['vectors', 'sha256', 'model_hash'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const tensors = openTensors(row, `The prompt ${name}`)
    return { tensors, settings, labels, modelHash: row.model_hash, ...(calibration ? { calibration } : {}) }
  },

  async remove({ id }: OpenedPrompt): Promise<void> {
    await db.deleteFrom('opened_prompts').where('id', '=', id).execute()
  },
})
