// What prompts have answered to a table: summed up, and row by row.
import { studioError } from '../../contract/errors/index.ts'
import type { LabellingDetails, LabellingRecord, PromptAnswers } from '../../contract/methods/labellings.ts'
import type { Input, Outputs, Roles } from '../../contract/service.ts'
import type { Tables } from '../../engine/store/store.ts'

/** Error: 'store/missing'. */
export async function findLabelling(tables: Tables, id: number): Promise<LabellingRecord> {
  const labelling = await tables.labellings.byId(id)
  if (!labelling) throw studioError('store/missing', 'labelling', String(id))
  return labelling
}

/** Its place among the labelling's prompts. Error: 'store/missing'. */
export function placeOf({ prompts }: LabellingRecord, name: string): number {
  const place = prompts.findIndex((prompt) => prompt.name === name)
  if (place < 0) throw studioError('store/missing', 'prompt', name)
  return place
}

/** The data set that a prompt was tuned on, and its columns; undefined where it was opened from a file, or is gone. */
export async function dataOf(tables: Tables, prompt: string) {
  const run = await tables.runs.find(prompt)
  const task = run && (await tables.tasks.byId(run.task))
  const dataset = run && (await tables.datasets.byId(run.dataset))
  if (!task || !dataset) return undefined
  const { textColumn, labelColumn, contextColumn } = task
  return { dataset: dataset.id, name: dataset.name, columns: dataset.columns, textColumn, labelColumn, contextColumn }
}

/** The data set that a labelling's right answers go into; undefined where there is none (yet). */
export async function targetOf(tables: Tables, labelling: LabellingRecord, prompt: string) {
  if (labelling.dataset === undefined) return dataOf(tables, prompt)
  const dataset = await tables.datasets.byId(labelling.dataset)
  const roles = (await tables.datasets.roles(labelling.dataset)) as Partial<Pick<Roles, 'text' | 'label' | 'context'>>
  if (!dataset) return undefined
  const { text = '', label = '', context = '' } = roles
  const columns = { textColumn: text, labelColumn: label, contextColumn: context }
  return { dataset: dataset.id, name: dataset.name, columns: dataset.columns, ...columns }
}

/** Confidence from which on a prompt answers alone, as it is set now; undefined where it always does. */
export async function thresholdOf(tables: Tables, prompt: string): Promise<number | undefined> {
  const run = await tables.runs.find(prompt)
  const calibration = run
    ? await tables.prompts.calibration(run.id)
    : (await tables.openedPrompts.byName(prompt))?.calibration
  return calibration?.threshold?.confidence
}

/** Error: 'store/missing'. */
export async function detailsOf(tables: Tables, id: number): Promise<LabellingDetails> {
  const labelling = await findLabelling(tables, id)
  const answers = labelling.prompts.map(async (prompt, place): Promise<PromptAnswers> => {
    const found = await targetOf(tables, labelling, prompt.name)
    const data = found && { dataset: found.dataset, name: found.name }
    const threshold = await thresholdOf(tables, prompt.name)
    const summary = await tables.labellings.summary(id, place, threshold)
    return { ...prompt, ...summary, ...(threshold === undefined ? {} : { threshold }), data }
  })
  return { ...labelling, answers: await Promise.all(answers) }
}

/** Error: 'store/missing'. */
export async function answeredRows(
  tables: Tables,
  { labelling: id, prompt, ...chosen }: Input<'labellings.rows'>,
): Promise<Outputs['labellings.rows']> {
  return tables.labellings.rows(id, { ...chosen, prompt: placeOf(await findLabelling(tables, id), prompt) })
}
