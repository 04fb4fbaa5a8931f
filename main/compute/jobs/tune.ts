// Job: tune a prompt or a model, and measure what it takes to use it.
import { studioError } from '../../contract/errors/index.ts'
import { measurePrompt } from '../../engine/measure/measure.ts'
import { peakBytes } from '../../engine/runtime/peak-memory.ts'
import type { TuneResult } from '../../engine/train/run.ts'
import { tune as tuneAll } from '../../engine/train/tune.ts'
import { sealModel } from '../seal.ts'
import type { Handlers, JobOf, JobSink } from '../serve.ts'

export const tune: Handlers['tune'] = async (job, sink) => {
  const result = await tuneAll(job, sink)
  if (result.outcome === 'finished') await measure(job, sink, result)
  const { untuned, prompt, model, precomputes: _, ...outcome } = result
  if (untuned) return outcome
  return { ...outcome, prompt, ...(model ? { model: { sealed: sealModel(model), config: model.config } } : {}) }
}

/** A prompt that cannot be measured is as good as before: the run ends with a warning instead. */
async function measure(job: JobOf<'tune'>, sink: JobSink, { prompt, model, precomputes }: TuneResult): Promise<void> {
  // A process that resumed behind the last step has not held what the steps take.
  const peak = job.resume?.finished === true ? undefined : peakBytes()
  try {
    const measured = await measurePrompt({ job, prompt, made: model, precomputes }, (event) => sink.emit(event))
    sink.emit({ event: 'measured', measured: { ...measured, peakBytes: peak } })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const { code, message } = studioError('tuning/not-measured', why)
    sink.emit({ event: 'warning', code, message, step: job.settings.steps })
  }
}
