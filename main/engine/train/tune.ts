// A run from its rows to its result: encodes, initialises, trains and evaluates.
import type { Checkpoint, ComputeEvent, FoldCheckpoint, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import { stages } from '../../contract/stages.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { reportTruncatedRows } from '../evaluate/truncated-rows.ts'
import { type Encoder, encoderFor, withAnswerLimits } from '../evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../evaluate/inference-runner.ts'
import { makesModel, methodOf } from '../method/index.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { collectGarbage } from '../runtime/garbage.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { checkAlone, checking } from './check-alone.ts'
import { exampleMaker, lossShapeOf, type TrainingExample } from './example.ts'
import { createFolds, withFolds } from './folds.ts'
import { initialTensors } from './initialise.ts'
import { judge } from './judge.ts'
import { type LoopOptions, type LoopResult, trainLoop, type TuneSink } from './loop.ts'
import { modelInMemory, rowsAtOnce } from './memory.ts'
import { startState } from './optimiser.ts'
import { optimiserOf } from './optimisers/index.ts'
import { startTensors } from './start.ts'
import { bucketsOf, stepOrder } from './order.ts'
import { cacheBytes, paysToPrecompute, precomputeKv, withKvLease } from './precompute-kv.ts'
import type { Result, Run, TuneJob, TuneOptions, TuneResult } from './run.ts'
import { progressOf, smallState, type TrainingState } from './training-state.ts'
import { createTrainingStep } from './training-step.ts'
import { modelRunNeeds, refuseWithoutRoom, tunedModel } from './tuned-model.ts'
import { answerValidation, type ValidationAnswers, validationOf, type ValidationRow } from './validate.ts'
import { openWeights } from './weights-state.ts'

/** Steps whose texts are precomputed together: with more of them padding shrinks, with fewer the first step starts sooner. */
const stepsPerPrecompute = 8

/**
 * Trains until the end or a requested stop, then evaluates on the test set. Errors: 'tuning/model-memory' and
 * 'tuning/model-disk' where the computer has no room for a run whose result is a model.
 */
export const tune = (job: TuneJob, sink: TuneSink, options: TuneOptions = {}): Promise<TuneResult> =>
  withKvLease(job.texts, () => tuneWithLease(job, sink, options))

async function tuneWithLease(given: TuneJob, sink: TuneSink, options: TuneOptions): Promise<TuneResult> {
  const model = modelInMemory(given.model, given.settings)
  const settings = withAnswerLimits(model, given.settings, given.split)
  const job = { ...given, model, settings }
  const { labels, resume } = job
  if (makesModel(settings))
    refuseWithoutRoom(modelRunNeeds(model.config, settings), resume ? undefined : job.files?.state)
  const { train: learned, validation, test, folds } = job.split
  const rows = folds ? learned : [...learned, ...validation, ...test]
  const encoder = encoderFor(model, settings, labels)
  const runner = createInferenceRunner(model, { threads: job.threads, memory: settings.memory })
  const run = { job, encoder, runner, sink, options }
  try {
    if (!resume) reportTruncatedRows(rows, encoder, (event) => sink.emit(event))
    const { checkpoint, tensors, reason } = resume?.finished ? trainedBefore(resume) : await train(run, resume ?? first)
    const prompt: TunedPrompt = { tensors, settings, labels, modelHash: model.hash }
    const found = { prompt, precomputes: checkpoint.precomputes === true, ...(reason === undefined ? {} : { reason }) }
    const untuned = job.files && makesModel(settings) ? { untuned: true as const } : {}
    const stopped: TuneResult = { outcome: 'stopped', ...found, ...untuned }
    if (!checkpoint.finished) return stopped
    const best = checkpoint.best?.step ?? 0
    const diverged = checkpoint.diverged && { reason: studioError('tuning/diverged', checkpoint.step, best).message }
    if (diverged && best === 0) return { outcome: 'diverged', ...found, untuned: true, ...diverged }
    const result = await resultOf(run, checkpoint, prompt)
    const judged = { ...run, prompts: (checkpoint.folds ?? []).map(({ best, tensors }) => best?.tensors ?? tensors) }
    const judgement = await judge(judged, result)
    if (!judgement) return stopped
    const { calibration } = judgement
    const kept = calibration ? { ...result.prompt, calibration } : result.prompt
    return { outcome: diverged ? 'diverged' : 'finished', ...found, ...result, prompt: kept, ...diverged }
  } finally {
    await runner.release()
  }
}

/** The checkpoint of a run that has not begun. */
const first: Checkpoint = {
  ...{ step: 0, tensors: {}, first: {}, second: {} },
  ...{ best: undefined, stale: 0, finished: false },
}

/** The result of training: the best tensors are in the checkpoint's files where a run keeps such. */
type Trained = LoopResult & { readonly tensors: NamedTensors }

const trainedBefore = (checkpoint: Checkpoint): Trained => ({
  checkpoint,
  tensors: checkpoint.best?.tensors ?? checkpoint.tensors,
})

/** The prompt itself, or the model that was made, with a prompt that leaves it as it is. */
async function resultOf(run: Run, checkpoint: Checkpoint, prompt: TunedPrompt): Promise<Result> {
  const { job, sink } = run
  const { files } = job
  if (!files || !makesModel(job.settings)) return { prompt }
  const onProgress = (stage: string, done: number, total: number): void =>
    sink.emit({ event: 'progress', stage, done, total })
  onProgress('writing the model', 0, 1)
  // What was trained is in files.
  await collectGarbage()
  const model = await tunedModel({ model: job.model, files }, checkpoint, () => initialOf(run), { onProgress })
  return { model, prompt: { ...prompt, tensors: {}, modelHash: model.hash } }
}

/** The tensors before the first step. */
async function initialOf({ job, encoder, runner, sink }: Run): Promise<NamedTensors> {
  sink.emit({ event: 'progress', stage: stages.initialising, done: 0, total: 1 })
  if (job.start) return startTensors(job.model.config, job.settings, job.start)
  return initialTensors(job.model, job.settings, job.labels, encoder, runner)
}

/** What the run trains, from where the checkpoint has it. */
async function stateOf(run: Run, from: Checkpoint): Promise<TrainingState> {
  const { settings, files, resume } = run.job
  const initial = () => initialOf(run)
  if (makesModel(settings))
    return openWeights(from, { folder: files?.state, optimiser: optimiserOf(settings), initial })
  if (resume) return smallState(from)
  return smallState({ ...startState(await initial(), trainableOf(run.job)), best: undefined })
}

async function train(run: Run, start: Checkpoint): Promise<Trained> {
  const { job, encoder, runner, sink, options } = run
  const { model, settings } = job
  const own = await stateOf(run, start)
  const rows = rowsOfRun(job, encoder)
  const { examples } = rows
  const texts = await cachedTexts(job, runner, rows, sink, { precomputes: start.precomputes, ...options })
  const batch = Math.min(settings.batch, examples.length)
  const sequences = examples.map(({ sequence }) => sequence)
  const trainingStep = createTrainingStep({
    model,
    settings,
    trie: encoder.trie,
    lossShape: lossShapeOf(settings.loss, encoder.trie, examples),
    buckets: bucketsOf(sequences, texts !== undefined),
    texts,
    rowsAtOnce: rowsAtOnce(model, settings, batch, totalMemory()),
    threads: job.threads,
    providers: job.providers,
    onProvider: (note) => sink.emit({ event: 'provider', ...note }),
  })
  const sizes = sequences.map(({ ids }) => ids.length)
  const order = stepOrder(sizes, batch, settings.seed)
  const textsOf = (step: number) => order(step).flatMap((i) => sequences[i] ?? [])
  let cachedUntil = 0
  const specs = methodOf(settings).tensors(model.config, settings)
  const rates = new Map(specs.flatMap(({ name, rate }) => (rate === undefined ? [] : [[name, rate] as const])))
  // Before the first step, while nothing else says how fast this is.
  let onFirst = start.best === undefined && !job.split.folds ? checking(sink, rows.validation.length) : undefined
  const answer = (some: readonly ValidationRow[], tensors: NamedTensors): Promise<ValidationAnswers> => {
    const parts = methodOf(settings).fold(tensors, settings)
    const onProgress = onFirst
    onFirst = undefined
    return answerValidation(runner, encoder, some, settings, job.labels, parts, texts, onProgress)
  }
  const gradient = trainingStep.gradient
  const folds = job.split.folds && createFolds({ ...job, ...rows, rates, gradient, answer }, foldStart(run, start, own))
  const state = folds ? withFolds(own, folds) : own
  const loop: LoopOptions = {
    settings,
    byToken: new Set(specs.flatMap(({ name, byToken }) => (byToken ? [name] : []))),
    rates,
    until: job.until,
    async prepare(step: number) {
      if (!texts || step < cachedUntil) return
      const last = Math.min(step + stepsPerPrecompute, settings.steps)
      await texts.precompute(Array.from({ length: last - step + 1 }, (_, i) => textsOf(step + i)).flat())
      cachedUntil = last
    },
    async gradient(step: number, tensors: NamedTensors) {
      // Before the run's own: a gradient's arrays are used again by the next one.
      const beside = (await folds?.step(step)) ?? 0
      const chosen = order(step).flatMap((i) => examples[i] ?? [])
      if (step < cachedUntil) texts?.prefetch(textsOf(step + 1))
      return { ...(await trainingStep.gradient(chosen, tensors)), examples: beside + chosen.length }
    },
    async validate(tensors: NamedTensors, step: number) {
      // Every open session maps the weights: with little memory, training and inference sessions take turns.
      if (settings.memory === 'low') await trainingStep.release()
      const found = folds
        ? await folds.validate(step)
        : validationOf(settings, [await answer(rows.validation, tensors)])
      if (settings.memory === 'low') await runner.release()
      return found
    },
    ...(folds ? { settled: (step) => folds.settled(step) } : {}),
  }
  if (start.best === undefined) await checkAlone(job, runner, texts, sink)
  // A resumed run keeps to the decision, whatever room there is then: half-precision keys and values give another curve.
  const begin = { ...progressOf(start), precomputes: texts !== undefined }
  const result = await trainLoop(begin, state, loop, sink).finally(() => trainingStep.release())
  return { ...result, tensors: state.best() }
}

/** Where the prompt of each fold goes on, or begins: all begin as the run's own does. */
function foldStart({ job }: Run, { folds }: Checkpoint, { tensors }: TrainingState): (fold: number) => FoldCheckpoint {
  const start = (): FoldCheckpoint => ({ ...startState(tensors, trainableOf(job)), best: undefined })
  return (fold) => folds?.[fold] ?? start()
}

const trainableOf = ({ model, settings }: Pick<TuneJob, 'model' | 'settings'>): string[] =>
  methodOf(settings)
    .tensors(model.config, settings)
    .flatMap(({ name, trainable }) => (trainable ? [name] : []))

interface RunRows {
  readonly examples: readonly TrainingExample[]
  readonly validation: readonly ValidationRow[]
  /** The sequences of a validation: its rows as the loss reads them, and as their labels are scored. */
  readonly validationSequences: readonly Sequence[]
}

function rowsOfRun({ settings, labels, split }: TuneJob, encoder: Encoder): RunRows {
  const exampleOf = exampleMaker(settings, labels, encoder)
  const examples = split.train.map((example) => exampleOf(example, encoder.row(example.text)))
  const validation = split.validation.map((example): ValidationRow => {
    const segments = encoder.row(example.text)
    const label = labels.indexOf(example.label)
    return { segments, label, example: exampleOf(example, segments), shown: example }
  })
  const scored = validation.map(({ segments }) => layOut(segments, encoder.trie.context, settings))
  return {
    examples,
    validation,
    validationSequences: [...validation.map(({ example }) => example.sequence), ...scored],
  }
}

/** The run's cached texts, those of the validation set precomputed; undefined where the precompute does not pay. */
async function cachedTexts(
  { model, settings, split, texts: folder }: TuneJob,
  runner: InferenceRunner,
  { examples, validationSequences }: RunRows,
  sink: TuneSink,
  { precomputes, limits }: TuneOptions,
): Promise<CachedTexts | undefined> {
  const sequences = [...examples.map(({ sequence }) => sequence), ...validationSequences]
  const places = { folder, limits }
  const bytes = cacheBytes(model, sequences)
  if (!(precomputes ?? (await paysToPrecompute(settings, examples.length, bytes, places)))) return undefined
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const texts = await precomputeKv({ model, runner, settings, ...places, emit }, sequences)
  // With little memory only one session is open at a time, so all texts are precomputed before the first step opens its own;
  // with folds each is a validation row.
  await texts.precompute(settings.memory === 'low' || split.folds ? sequences : validationSequences)
  return texts
}
