// Job: show the exact text that the model reads for some rows.
import { previewRows } from '../../engine/evaluate/preview.ts'
import type { Handlers } from '../serve.ts'

export const preview: Handlers['preview'] = async (job, sink) => {
  sink.emit({ event: 'preview', rows: previewRows(job) })
  return { outcome: 'finished' }
}
