// Job: score labelled rows with a prompt, or with none.
import { score as scoreRows } from '../../engine/evaluate/score.ts'
import type { Handlers } from '../serve.ts'

export const score: Handlers['score'] = async (job, sink) => {
  sink.emit({ event: 'evaluation', evaluation: await scoreRows(job, sink) })
  return { outcome: 'finished' }
}
