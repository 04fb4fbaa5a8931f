// Measures a tuned prompt at the end of its run: its size, how long it takes to use, and what of the model's ability it costs.
import type { ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import type { MeasuredPrompt } from '../../contract/measures.ts'
import type { PreparedModel } from '../../contract/model.ts'
import { stages } from '../../contract/stages.ts'
import { elements } from '../../contract/tensor.ts'
import { encoderFor } from '../evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../evaluate/inference-runner.ts'
import { renderingOf } from '../evaluate/rendering.ts'
import { placedPrompt } from '../evaluate/score.ts'
import { bundle } from '../export/bundle.ts'
import { methodOf } from '../method/index.ts'
import { exampleMaker } from '../train/example.ts'
import { neutralLoss } from './neutral-loss.ts'
import { answerTime, openTime, precomputeTime, switchTime } from './times.ts'

export interface MeasureJob {
  readonly job: Extract<Job, { kind: 'tune' }>
  readonly prompt: TunedPrompt
  /** The model that answers with the prompt, where the run has made one. */
  readonly made?: PreparedModel | undefined
  /** Whether the run precomputed keys and values of its texts. */
  readonly precomputes: boolean
}

/** Measurements of a finished run's prompt, with sessions of their own: the run's must be released by then. */
export async function measurePrompt(
  { job, prompt, made, precomputes }: MeasureJob,
  emit: (event: ComputeEvent) => void,
): Promise<Omit<MeasuredPrompt, 'peakBytes'>> {
  const { model: base, split, threads } = job
  const model = made ?? base
  const { settings } = prompt
  const placed = { ...placedPrompt(model, prompt), settings }
  const begin = (done: number): void => emit({ event: 'progress', stage: stages.measuring, done, total: 3 })
  const runner = createInferenceRunner(model, { threads })
  const times = async () => {
    begin(0)
    const answerMilliseconds = await answerTime(runner, { model, prompt, examples: split.test })
    begin(1)
    return { answerMilliseconds, precomputeSeconds: precomputes ? await textsTime(runner, job, prompt) : 0 }
  }
  // Each open session maps its model's weights: where they were trained, the process is already at its largest.
  const used = await times().finally(() => runner.release())
  begin(2)
  return {
    parameters: trainedNumbers(model, prompt),
    ...used,
    ...(await (made ? ofModel(made, threads) : ofPrompt(model, prompt))),
    neutral: await neutralLoss(model, placed, { base, threads }),
  }
}

type OfFile = Pick<MeasuredPrompt, 'fileBytes' | 'switchMilliseconds'>

async function ofPrompt(model: PreparedModel, prompt: TunedPrompt): Promise<OfFile> {
  const file = promptFile(model, prompt)
  return { fileBytes: file.length, switchMilliseconds: await switchTime(model, file) }
}

async function ofModel(model: PreparedModel, threads: number): Promise<OfFile> {
  const bytes = Object.values(model.weights).reduce((sum, weight) => sum + weight.bytes, 0)
  return { fileBytes: bytes, switchMilliseconds: await openTime(model, threads) }
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
