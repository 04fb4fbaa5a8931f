// Method data.preview: the exact text that the model will read for some rows.
import type { PreviewRow } from '../../contract/service.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import type { Methods } from '../context.ts'
import { profileOf } from '../profile.ts'
import { sealedModel } from '../run-material.ts'
import { findDataset, findModel } from './lookup.ts'
import { serveJob } from './serving.ts'

export const previewMethods: Pick<Methods, 'data.preview'> = {
  'data.preview': async (context, input, call) => {
    const { store } = context
    const { dataset, version, text, label } = input
    const { columns } = await findDataset(store, dataset)
    const [textAt, labelAt] = [columns.indexOf(text), columns.indexOf(label)]
    const found = await store.rows.read(dataset, version, input.rows)
    const examples = found.map(({ row, cells }) => ({
      row,
      text: cells[textAt] ?? '',
      label: (cells[labelAt] ?? '').trim(),
    }))
    const all = (await profileOf(context, dataset, version)).labels.map((each) => each.label)
    // The label column may be another than the profile's while its owner looks around.
    const labels = [...new Set([...all, ...examples.map((example) => example.label)])].filter(Boolean).sort()
    const settings = defaultSettings(input.settings, labels)
    const model = await sealedModel(store, (await findModel(store, input.model)).id)
    let rows: readonly PreviewRow[] = []
    await serveJob(context, call, { kind: 'preview', model, settings, labels, examples }, (event) => {
      if (event.event === 'preview') rows = event.rows
    })
    return { rows, template: settings.template }
  },
}
