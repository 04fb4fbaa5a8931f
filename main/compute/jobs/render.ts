// Job: describe how a prompt's rows are encoded.
import { renderingOf } from '../../engine/evaluate/rendering.ts'
import type { Handlers } from '../serve.ts'

export const render: Handlers['render'] = async (job, sink) => {
  sink.emit({ event: 'rendering', rendering: renderingOf(job.model, job) })
  return { outcome: 'finished' }
}
