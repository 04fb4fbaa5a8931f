// Method data.preview: the exact text that the model will read for some rows.
import type { Example } from '../../contract/settings.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { profileOf } from '../data/profile.ts'
import { rowReader } from '../data/row-text.ts'
import { sealedModel } from '../runs/material.ts'
import { findDataset, findModel } from '../lookup.ts'
import { serveForEvent } from '../compute/serving.ts'

/** Labels of the profile and of the shown rows: the chosen label column may differ from the profile's. */
async function labelsOf(
  context: ServiceContext,
  dataset: number,
  version: number,
  examples: readonly Example[],
): Promise<string[]> {
  const all = (await profileOf(context, dataset, version)).labels
  return [...new Set([...all, ...examples].map(({ label }) => label))].filter(Boolean).sort()
}

export const previewMethods: Pick<Methods, 'data.preview'> = {
  'data.preview': async (context, input, call) => {
    const { store } = context
    const { dataset, version, text, label, context: contextColumn = '' } = input
    const { task = 'classification' } = input.settings
    const { columns } = await findDataset(store, dataset)
    const read = rowReader(columns, { text, label, context: contextColumn, task })
    const found = await store.rows.read(dataset, version, input.rows)
    const examples = found.map(({ row, cells }) => ({ row, ...read(cells) }))
    const labels = scoresLabels(input.settings) ? await labelsOf(context, dataset, version, examples) : []
    const settings = defaultSettings(input.settings, labels)
    const model = await sealedModel(store, (await findModel(store, input.model)).id)
    const job = { kind: 'preview' as const, model, settings, labels, examples }
    const { rows } = await serveForEvent(context, call, job, 'preview')
    return { rows, template: settings.template }
  },
}
