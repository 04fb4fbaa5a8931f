// Job: score labelled rows with some prompts, or with none.
import { reportTruncatedRows } from '../../engine/evaluate/truncated-rows.ts'
import { encoderFor } from '../../engine/evaluate/encode.ts'
import { scoreTogether } from '../../engine/evaluate/score-together.ts'
import { lendRunner } from '../lent-runner.ts'
import type { Handlers } from '../serve.ts'

export const score: Handlers['score'] = async (job, sink) => {
  const { model, labels, examples, subjects, threads } = job
  const runner = await lendRunner(model, threads)
  const emit: typeof sink.emit = (event) => {
    sink.emit(event)
  }
  // All read the same rows: one warning about cut ones is enough, and the tuned prompt has the least room.
  const tuned = subjects.find(({ prompt }) => prompt)
  if (tuned) reportTruncatedRows(examples, encoderFor(model, tuned.settings, labels), emit)
  for (const evaluation of await scoreTogether(runner, { model, labels, examples, subjects }, emit))
    sink.emit({ event: 'evaluation', evaluation })
  return { outcome: 'finished' }
}
