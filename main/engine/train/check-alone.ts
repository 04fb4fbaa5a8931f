// What the model alone answers on the validation set, before the first step: what tuning has to beat there.
import type { Job } from '../../contract/compute.ts'
import { stages } from '../../contract/stages.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { withoutInstruction } from '../evaluate/encode.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { readingOf } from '../evaluate/reading.ts'
import { scoreTask } from '../evaluate/score.ts'
import { scoresLabels } from '../task/index.ts'
import type { TuneSink } from './loop.ts'
import { sharesCache } from './precompute-kv.ts'

type CheckJob = Pick<Extract<Job, { kind: 'tune' }>, 'model' | 'settings' | 'labels' | 'split'>
type Sink = Pick<TuneSink, 'emit'>

/** The progress of a check on so many validation rows. */
export const checking =
  (sink: Sink, total: number) =>
  (done: number): void =>
    sink.emit({ event: 'progress', stage: stages.validating, done, total })

/** For tasks with labels: to write answers takes too long to do it twice. Nothing where the run is compared with nothing. */
export async function checkAlone(
  { model, settings, labels, split }: CheckJob,
  runner: InferenceRunner,
  texts: CachedTexts | undefined,
  sink: Sink,
): Promise<void> {
  if (settings.duel === false || !scoresLabels(settings) || split.validation.length === 0) return
  const plain = withoutInstruction(settings)
  const isShared = texts && sharesCache(settings) && plain.template.instruction === settings.template.instruction
  const reading = isShared ? { reading: readingOf(settings, texts) } : {}
  const onProgress = checking(sink, split.validation.length)
  const task = { model, labels, examples: split.validation, prompt: undefined, settings: plain, ...reading }
  const { headline, metrics } = await scoreTask(runner, task, (event) => {
    if (event.event === 'progress') onProgress(event.done)
  })
  // With little memory, training and inference sessions take turns.
  if (settings.memory === 'low') await runner.release()
  sink.emit({ event: 'untuned', headline, metrics })
}
