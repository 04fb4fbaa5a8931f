// Job: look at a tuned prompt token by token.
import { lookInto } from '../../engine/lens/lens.ts'
import { lendReader } from '../lent.ts'
import type { Handlers } from '../serve.ts'

export const lens: Handlers['lens'] = async (job, sink) => {
  const found = await lookInto(await lendReader(job.model, job.threads), job, (event) => {
    sink.emit(event)
  })
  sink.emit({ event: 'lens', lens: found })
  return { outcome: 'finished' }
}
