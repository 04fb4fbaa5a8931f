// Job: score labelled rows with a prompt, or with none.
import { reportTruncatedRows } from '../../engine/evaluate/truncated-rows.ts'
import { encoderFor } from '../../engine/evaluate/encode.ts'
import { scoreTask } from '../../engine/evaluate/score.ts'
import { lendRunner } from '../lent-runner.ts'
import type { Handlers } from '../serve.ts'

export const score: Handlers['score'] = async (job, sink) => {
  const runner = await lendRunner(job.model, job.threads)
  const emit: typeof sink.emit = (event) => {
    sink.emit(event)
  }
  const { model, settings, labels, examples, prompt } = job
  // The model alone answers the same rows: the warning about cut rows is sent with the tuned prompt's job only.
  if (prompt) reportTruncatedRows(examples, encoderFor(model, settings, labels), emit)
  const evaluation = await scoreTask(runner, job, emit)
  sink.emit({ event: 'evaluation', evaluation })
  return { outcome: 'finished' }
}
