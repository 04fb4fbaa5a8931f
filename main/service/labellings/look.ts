// What prompts have answered to a table: summed up, and row by row.
import { type Calibration, highestThreshold } from '../../contract/calibration.ts'
import { studioError } from '../../contract/errors/index.ts'
import {
  answeringPrompts,
  type LabellingDetails,
  type LabellingPrompt,
  type LabellingRecord,
  type PromptAnswers,
} from '../../contract/methods/labellings.ts'
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

/** The first data set that one of the prompts was tuned on, and its columns; undefined where they were opened from files, or it is gone. */
async function dataOf(tables: Tables, prompts: readonly string[]) {
  for (const prompt of prompts) {
    const run = await tables.runs.find(prompt)
    const task = run && (await tables.tasks.byId(run.task))
    const dataset = run && (await tables.datasets.byId(run.dataset))
    if (!task || !dataset) continue
    const { textColumn, labelColumn, contextColumn } = task
    return { dataset: dataset.id, name: dataset.name, columns: dataset.columns, textColumn, labelColumn, contextColumn }
  }
  return undefined
}

/** The data set that a labelling's right answers go into; undefined where there is none (yet). */
export async function targetOf(tables: Tables, labelling: LabellingRecord, prompt: LabellingPrompt) {
  if (labelling.dataset === undefined) return dataOf(tables, answeringPrompts(prompt))
  const dataset = await tables.datasets.byId(labelling.dataset)
  const roles = (await tables.datasets.roles(labelling.dataset)) as Partial<Pick<Roles, 'text' | 'label' | 'context'>>
  if (!dataset) return undefined
  const { text = '', label = '', context = '' } = roles
  const columns = { textColumn: text, labelColumn: label, contextColumn: context }
  return { dataset: dataset.id, name: dataset.name, columns: dataset.columns, ...columns }
}

/** Of each prompt that answers, as it is now. */
const calibrationsOf = (tables: Tables, prompt: LabellingPrompt): Promise<(Calibration | undefined)[]> =>
  Promise.all(
    answeringPrompts(prompt).map(async (name) => {
      const run = await tables.runs.find(name)
      return run ? tables.prompts.calibration(run.id) : (await tables.openedPrompts.byName(name))?.calibration
    }),
  )

/** Prompts that begin to answer a table, with the temperatures that they have now. */
export const beginning = (tables: Tables, prompts: readonly LabellingPrompt[]): Promise<LabellingPrompt[]> =>
  Promise.all(
    prompts.map(async ({ temperatures: _, ...prompt }) => {
      const temperatures = (await calibrationsOf(tables, prompt)).map((each) => each?.temperature ?? 1)
      return { ...prompt, ...(temperatures.some((each) => each !== 1) ? { temperatures } : {}) }
    }),
  )

/**
 * Confidence from which on answers are given alone, as it is set now; undefined where they always are. A threshold says
 * nothing of answers that were given at another temperature: these are outdated, and have none.
 */
export async function thresholdOf(
  tables: Tables,
  prompt: LabellingPrompt,
): Promise<Pick<PromptAnswers, 'threshold' | 'outdated'>> {
  const calibrations = await calibrationsOf(tables, prompt)
  const isNow = calibrations.every((each, i) => (each?.temperature ?? 1) === (prompt.temperatures?.[i] ?? 1))
  if (!isNow) return { outdated: true }
  const threshold = highestThreshold(calibrations)?.confidence
  return threshold === undefined ? {} : { threshold }
}

/** Error: 'store/missing'. */
export async function detailsOf(tables: Tables, id: number): Promise<LabellingDetails> {
  const labelling = await findLabelling(tables, id)
  const answers = labelling.prompts.map(async (prompt, place): Promise<PromptAnswers> => {
    const target = await targetOf(tables, labelling, prompt)
    const data = target && { dataset: target.dataset, name: target.name }
    const found = await thresholdOf(tables, prompt)
    const summary = await tables.labellings.summary(id, place, { ...found, members: prompt.members?.length })
    return { ...prompt, ...summary, ...found, data }
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
