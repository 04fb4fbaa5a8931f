// Job: look at a tuned prompt token by token.
import { inspectPrompt } from '../../engine/inspect/inspect.ts'
import { lendRunner } from '../lent-runner.ts'
import type { Handlers } from '../serve.ts'

export const inspect: Handlers['inspect'] = async (job, sink) => {
  const found = await inspectPrompt(await lendRunner(job.model, job.threads), job, (event) => {
    sink.emit(event)
  })
  sink.emit({ event: 'inspection', inspection: found })
  return { outcome: 'finished' }
}
