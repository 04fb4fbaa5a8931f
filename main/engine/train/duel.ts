// The rivals of a tuned prompt on the test set: the best hand-written prompt, and among labels also the baselines that need
// no tuned model.
import type { ComputeEvent, Job } from '../../contract/compute.ts'
import { type BaselineName, baselineNames } from '../../contract/records.ts'
import type { Example } from '../../contract/settings.ts'
import { evaluateBaseline } from '../baseline/index.ts'
import type { Encoder } from '../evaluate/encode.ts'
import { bestHandWritten } from '../evaluate/hand-written.ts'
import { hiddenStates } from '../evaluate/hidden-states.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { scoreTask } from '../evaluate/score.ts'
import { layOut } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import type { TuneSink } from './loop.ts'
import { type CachePlaces, precomputeKv, sharesCache, shareToCompute } from './precompute-kv.ts'

type DuelJob = Pick<Extract<Job, { kind: 'tune' }>, 'model' | 'settings' | 'labels' | 'split'>
type Sink = Pick<TuneSink, 'emit' | 'stopRequested'>

/** Emits an evaluation of each rival. False where it was stopped before the last one. */
export async function duel(
  job: DuelJob,
  encoder: Encoder,
  runner: InferenceRunner,
  places: CachePlaces,
  sink: Sink,
): Promise<boolean> {
  const { settings, labels, split } = job
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const handWritten = await bestHandWritten(runner, job, emit)
  if (handWritten)
    emit({ event: 'evaluation', evaluation: await scoreTask(runner, { ...handWritten, examples: split.test }, emit) })
  if (!scoresLabels(settings)) return true
  for (const name of baselineNames) {
    if (sink.stopRequested()) return false
    const onProgress = (done: number, total: number): void =>
      emit({ event: 'progress', stage: stageOf(name), done, total })
    const states = (rows: readonly Example[]): Promise<Float32Array[]> =>
      statesOf(job, rows, { encoder, runner, places, emit, onProgress, stage: stageOf(name) })
    const watch = { onProgress, stopRequested: () => sink.stopRequested() }
    const evaluation = await evaluateBaseline(name, { settings, labels, split, hiddenStates: states }, watch)
    if (!evaluation) return false
    emit({ event: 'evaluation', evaluation })
  }
  return true
}

const stageOf = (name: BaselineName): string => `comparing with a ${name}`

/** Of rows whose keys and values are mostly stored, the rest is computed as well; otherwise a forward pass does without. */
const worthCompleting = 0.5

interface Reading {
  readonly encoder: Encoder
  readonly runner: InferenceRunner
  readonly places: CachePlaces
  readonly emit: Sink['emit']
  readonly onProgress: (done: number, total: number) => void
  readonly stage: string
}

/** Hidden states of rows in the run's template, from their precomputed keys and values where the run has stored them. */
async function statesOf(
  { model, settings }: DuelJob,
  examples: readonly Example[],
  { encoder, runner, places, emit, onProgress, stage }: Reading,
): Promise<Float32Array[]> {
  const rows = examples.map(({ text }) => encoder.row(text))
  const sequences = rows.map((segments) => layOut(segments, [], settings))
  const isStored =
    sharesCache(settings) && (await shareToCompute(model, settings, places.folder, sequences)) < worthCompleting
  const texts = isStored
    ? await precomputeKv({ model, runner, settings, ...places, emit }, sequences, stage)
    : undefined
  await texts?.precompute(sequences)
  return hiddenStates(runner, rows, texts && { settings, texts }, (done) => onProgress(done, rows.length))
}
