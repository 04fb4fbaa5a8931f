// Job: generate an answer to a text, token by token.
import { generate as generateText } from '../../engine/evaluate/generate.ts'
import { lendRunner } from '../lent-runner.ts'
import type { Handlers } from '../serve.ts'

export const generate: Handlers['generate'] = async (job, sink) => {
  await generateText(await lendRunner(job.model, job.threads), job, sink)
  return { outcome: sink.stopRequested() ? 'stopped' : 'finished' }
}
