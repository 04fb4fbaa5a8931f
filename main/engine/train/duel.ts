// The rivals of a tuned prompt on the test set: the best hand-written prompt, and among labels also the baselines that need
// no tuned model.
import type { ComputeEvent, Evaluation, Job } from '../../contract/compute.ts'
import { baselineNames } from '../../contract/records.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { comparingWith } from '../../contract/stages.ts'
import { evaluateBaseline } from '../baseline/index.ts'
import type { Encoder } from '../evaluate/encode.ts'
import { bestHandWritten } from '../evaluate/hand-written.ts'
import { hiddenStates } from '../evaluate/hidden-states.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { scoreTask } from '../evaluate/score.ts'
import { layOut } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import { splitsOf } from './fold-splits.ts'
import type { TuneSink } from './loop.ts'
import { type CachePlaces, precomputeKv, sharesCache, shareToCompute } from './precompute-kv.ts'
import { together } from './together.ts'

type DuelJob = Pick<Extract<Job, { kind: 'tune' }>, 'model' | 'settings' | 'labels' | 'split'>
type Sink = Pick<TuneSink, 'emit' | 'stopRequested'>

/**
 * Emits an evaluation of each rival. With folds, a rival that learns or chooses does so for each fold without the rows that it
 * answers, as the tuned prompts do. False where it was stopped before the last one.
 */
export async function duel(
  job: DuelJob,
  encoder: Encoder,
  runner: InferenceRunner,
  places: CachePlaces,
  sink: Sink,
): Promise<boolean> {
  const { settings } = job
  const splits = splitsOf(job.split)
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const handWritten = await handWrittenEvaluations(runner, job, splits, sink)
  if (!handWritten) return false
  report(handWritten, job, emit)
  if (!scoresLabels(settings)) return true
  const known = new Map<string, Float32Array>()
  for (const name of baselineNames) {
    const found: Evaluation[] = []
    for (const [at, split] of splits.entries()) {
      if (sink.stopRequested()) return false
      const onProgress = (done: number, total: number): void =>
        emit({ event: 'progress', stage: comparingWith(name), done: at * total + done, total: splits.length * total })
      const reading = { encoder, runner, places, emit, onProgress, stage: comparingWith(name) }
      const states = (rows: readonly Example[]): Promise<Float32Array[]> => knownStates(known, job, rows, reading)
      const watch = { onProgress, stopRequested: () => sink.stopRequested() }
      const evaluation = await evaluateBaseline(name, { ...job, split, hiddenStates: states }, watch)
      if (!evaluation) return false
      found.push(evaluation)
    }
    report(found, job, emit)
  }
  return true
}

/** Emits the evaluations as one, where there are any. */
function report(found: readonly Evaluation[], job: DuelJob, emit: Sink['emit']): void {
  const evaluation = together(found, job)
  if (evaluation) emit({ event: 'evaluation', evaluation })
}

/** The best hand-written prompt of each split; none where it leaves no room for a row in some. Undefined where it was stopped. */
async function handWrittenEvaluations(
  runner: InferenceRunner,
  job: DuelJob,
  splits: readonly Split[],
  sink: Sink,
): Promise<readonly Evaluation[] | undefined> {
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const found: Evaluation[] = []
  for (const [at, split] of splits.entries()) {
    if (at > 0 && sink.stopRequested()) return undefined
    const best = await bestHandWritten(runner, { ...job, split }, emit)
    if (!best) return []
    found.push(await scoreTask(runner, { ...best, examples: split.test }, emit))
  }
  return found
}

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

/** Hidden states of rows, each computed once for all folds. */
async function knownStates(
  known: Map<string, Float32Array>,
  job: DuelJob,
  rows: readonly Example[],
  reading: Reading,
): Promise<Float32Array[]> {
  const missing = rows.filter(({ text }) => !known.has(text))
  const found = await statesOf(job, missing, reading)
  missing.forEach(({ text }, i) => known.set(text, found[i] as Float32Array))
  return rows.map(({ text }) => known.get(text) as Float32Array)
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
