// Job: take a few real steps of a run that has not begun, and report what they took.
import { preflight as measureSteps } from '../../engine/train/preflight.ts'
import type { Handlers } from '../serve.ts'

export const preflight: Handlers['preflight'] = async (job, sink) => {
  sink.emit({ event: 'preflight', measured: await measureSteps(job, sink, () => process.memoryUsage.rss()) })
  return { outcome: 'finished' }
}
