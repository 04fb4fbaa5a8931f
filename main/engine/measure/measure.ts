// Measures a tuned prompt at the end of its run: its size, how long it takes to use, and what of the model's ability it costs.
import type { ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import type { MeasuredPrompt } from '../../contract/measures.ts'
import type { PreparedModel } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { encoderFor } from '../evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../evaluate/inference-runner.ts'
import { renderingOf } from '../evaluate/rendering.ts'
import { placedPrompt } from '../evaluate/score.ts'
import { bundle } from '../export/bundle.ts'
import { methodOf } from '../method/index.ts'
import { exampleMaker } from '../train/example.ts'
import { neutralLoss } from './neutral-loss.ts'
import { answerTime, precomputeTime, switchTime } from './times.ts'

export interface MeasureJob {
  readonly job: Extract<Job, { kind: 'tune' }>
  readonly prompt: TunedPrompt
  /** Whether the run precomputed keys and values of its texts. */
  readonly precomputes: boolean
}

/** Measurements of a finished run's prompt, with sessions of their own: the run's must be released by then. */
export async function measurePrompt(
  { job, prompt, precomputes }: MeasureJob,
  emit: (event: ComputeEvent) => void,
): Promise<Omit<MeasuredPrompt, 'peakBytes'>> {
  const { model, split, threads } = job
  const { settings } = prompt
  const placed = { ...placedPrompt(model, prompt), settings }
  const file = promptFile(model, prompt)
  const runner = createInferenceRunner(model, { threads })
  const begin = (done: number): void => emit({ event: 'progress', stage: 'measuring the prompt', done, total: 3 })
  try {
    begin(0)
    const answerMilliseconds = await answerTime(runner, { model, prompt, examples: split.test })
    begin(1)
    const precomputeSeconds = precomputes ? await textsTime(runner, job, prompt) : 0
    begin(2)
    return {
      parameters: trainedNumbers(model, prompt),
      fileBytes: file.length,
      precomputeSeconds,
      answerMilliseconds,
      switchMilliseconds: await switchTime(model, file),
      neutral: await neutralLoss(runner, model, placed),
    }
  } finally {
    await runner.release()
  }
}

const trainedNumbers = ({ config }: PreparedModel, { settings }: TunedPrompt): number =>
  methodOf(settings)
    .tensors(config, settings)
    .reduce((sum, { trainable, shape }) => sum + (trainable ? elements(shape) : 0), 0)

/** The studio's prompt file, without the figures and answers that are known only when it is exported. */
function promptFile(model: PreparedModel, prompt: TunedPrompt): Uint8Array {
  const { name, hash, config } = model
  const rendering = renderingOf(model, prompt)
  const known = { name: 'prompt', model: { name, hash, family: config.family }, config, figures: [], answers: [] }
  return Object.values(bundle({ ...known, prompt, rendering }))[0] as Uint8Array
}

/** Seconds of the KV precompute of the training rows. */
function textsTime(
  runner: InferenceRunner,
  { model, split: { train } }: MeasureJob['job'],
  { settings, labels }: TunedPrompt,
): Promise<number> {
  const encoder = encoderFor(model, settings, labels)
  const exampleOf = exampleMaker(settings, labels, encoder)
  const sequences = train.map((example) => exampleOf(example, encoder.row(example.text)).sequence)
  return precomputeTime(runner, { model, settings }, sequences)
}
