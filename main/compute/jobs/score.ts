// Job: score labelled rows with a prompt, or with none.
import { scoreTask } from '../../engine/evaluate/score.ts'
import { lendReader } from '../lent.ts'
import type { Handlers } from '../serve.ts'

export const score: Handlers['score'] = async (job, sink) => {
  const reader = await lendReader(job.model, job.threads)
  const evaluation = await scoreTask(reader, job, (event) => {
    sink.emit(event)
  })
  sink.emit({ event: 'evaluation', evaluation })
  return { outcome: 'finished' }
}
