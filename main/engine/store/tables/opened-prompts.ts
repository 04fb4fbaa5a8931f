// Table opened_prompts: prompts that were tuned elsewhere, each with the model here that it works with.
import type { Selectable } from 'kysely'
import type { TunedPrompt } from '../../../contract/compute.ts'
import type { EvaluationFigures } from '../../../contract/records.ts'
import type { TuneSettings } from '../../../contract/settings.ts'
import type { Db, Schema } from '../schema.ts'
import { openTensors, sealTensors } from '../tensors.ts'

export interface OpenedPrompt {
  readonly id: number
  readonly name: string
  readonly model: number
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  /** As its file states them: they were measured on rows that this studio does not have. */
  readonly figures: readonly EvaluationFigures[]
  readonly createdAt: string
}

const columns = ['id', 'name', 'model', 'labels', 'settings', 'figures', 'created_at'] as const

const record = (row: Pick<Selectable<Schema['opened_prompts']>, (typeof columns)[number]>): OpenedPrompt => ({
  id: row.id,
  name: row.name,
  model: row.model,
  settings: JSON.parse(row.settings) as TuneSettings,
  labels: JSON.parse(row.labels) as string[],
  figures: JSON.parse(row.figures) as EvaluationFigures[],
  createdAt: row.created_at,
})

export const openedPromptRepository = (db: Db) => ({
  /** Adds a prompt; the same vectors on the same model are stored once, under their first name. */
  async add(
    name: string,
    model: number,
    prompt: TunedPrompt,
    figures: readonly EvaluationFigures[],
  ): Promise<OpenedPrompt> {
    const sealed = sealTensors(prompt.tensors)
    const known = await db
      .selectFrom('opened_prompts')
      .select(columns)
      .where('sha256', '=', sealed.sha256)
      .where('model', '=', model)
      .executeTakeFirst()
    if (known) return record(known)
    const row = await db
      .insertInto('opened_prompts')
      .values({
        name,
        model,
        labels: JSON.stringify(prompt.labels),
        settings: JSON.stringify(prompt.settings),
        model_hash: prompt.modelHash,
        figures: JSON.stringify(figures),
        ...sealed,
        created_at: new Date().toISOString(),
      })
      .returning(columns)
      .executeTakeFirstOrThrow()
    return record(row)
  },

  async list(): Promise<OpenedPrompt[]> {
    return (await db.selectFrom('opened_prompts').select(columns).orderBy('id').execute()).map(record)
  },

  async byName(name: string): Promise<OpenedPrompt | undefined> {
    const row = await db.selectFrom('opened_prompts').select(columns).where('name', '=', name).executeTakeFirst()
    return row && record(row)
  },

  /** Error: 'store/damaged' where the vectors are not those that were kept. */
  async prompt({ id, name, settings, labels }: OpenedPrompt): Promise<TunedPrompt> {
    const row = await db
      .selectFrom('opened_prompts')
      .select(['vectors', 'sha256', 'model_hash'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { tensors: openTensors(row, `The prompt ${name}`), settings, labels, modelHash: row.model_hash }
  },

  async remove(id: number): Promise<void> {
    await db.deleteFrom('opened_prompts').where('id', '=', id).execute()
  },
})
