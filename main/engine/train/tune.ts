// A run from its rows to its result: encodes, initialises, trains and evaluates.
import type { Checkpoint, ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { readingOf } from '../evaluate/reading.ts'
import { reportTruncatedRows } from '../evaluate/truncated-rows.ts'
import { type Encoder, encoderFor, withAnswerLimits, withoutInstruction } from '../evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../evaluate/inference-runner.ts'
import { scoreTask } from '../evaluate/score.ts'
import { makesModel, methodOf } from '../method/index.ts'
import { scoresLabels } from '../task/index.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { collectGarbage } from '../runtime/garbage.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { duel } from './duel.ts'
import { exampleMaker, lossShapeOf, type TrainingExample } from './example.ts'
import { initialTensors } from './initialise.ts'
import { type LoopResult, trainLoop, type TuneSink } from './loop.ts'
import { modelInMemory, rowsAtOnce } from './memory.ts'
import { startState } from './optimiser.ts'
import { optimiserOf } from './optimisers/index.ts'
import { startTensors } from './start.ts'
import { bucketsOf, stepOrder } from './order.ts'
import {
  cacheBytes,
  cacheFits,
  type CachePlaces,
  paysToPrecompute,
  precomputeKv,
  sharesCache,
  withKvLease,
} from './precompute-kv.ts'
import { progressOf, smallState, type TrainingState } from './training-state.ts'
import { createTrainingStep } from './training-step.ts'
import { modelRunNeeds, refuseWithoutRoom, tunedModel } from './tuned-model.ts'
import { validate, type ValidationRow } from './validate.ts'
import { openWeights } from './weights-state.ts'

/** Steps whose texts are precomputed together: with more of them padding shrinks, with fewer the first step starts sooner. */
const stepsPerPrecompute = 8

type TuneJob = Extract<Job, { kind: 'tune' }>

export interface TuneResult {
  readonly outcome: 'finished' | 'stopped' | 'diverged'
  readonly prompt: TunedPrompt
  /** Where the result is a model of its own; the prompt works with it. */
  readonly model?: PreparedModel
  /** Whether the run trained over precomputed keys and values of its texts. */
  readonly precomputes: boolean
  /** Where there is no result: training diverged before any step was better than the start, or a model's run was stopped. */
  readonly untuned?: true
  readonly reason?: string
}

export interface TuneOptions extends Pick<CachePlaces, 'limits'> {
  /** In place of the rule for the KV precompute: a pre-flight decides it for the whole run, of which its job has only some rows. */
  readonly precomputes?: boolean | undefined
}

/**
 * Trains until the end or a requested stop, then evaluates on the test set. Errors: 'tuning/model-memory' and
 * 'tuning/model-disk' where the computer has no room for a run whose result is a model.
 */
export const tune = (job: TuneJob, sink: TuneSink, options: TuneOptions = {}): Promise<TuneResult> =>
  withKvLease(job.texts, () => tuneWithLease(job, sink, options))

/** What every part of a run works with. */
interface Run {
  readonly job: TuneJob
  readonly encoder: Encoder
  readonly runner: InferenceRunner
  readonly sink: TuneSink
  readonly options: TuneOptions
}

async function tuneWithLease(given: TuneJob, sink: TuneSink, options: TuneOptions): Promise<TuneResult> {
  const model = modelInMemory(given.model, given.settings)
  const settings = withAnswerLimits(model, given.settings, given.split)
  const job = { ...given, model, settings }
  const { labels, resume } = job
  if (makesModel(settings))
    refuseWithoutRoom(modelRunNeeds(model.config, settings), resume ? undefined : job.files?.state)
  const rows = [...job.split.train, ...job.split.validation, ...job.split.test]
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
    const kept = checkpoint.best?.step ?? 0
    const diverged = checkpoint.diverged && { reason: studioError('tuning/diverged', checkpoint.step, kept).message }
    if (diverged && kept === 0) return { outcome: 'diverged', ...found, untuned: true, ...diverged }
    const result = await resultOf(run, checkpoint, prompt)
    if (!(await evaluate(run, result))) return stopped
    return { outcome: diverged ? 'diverged' : 'finished', ...found, ...result, ...diverged }
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

type Result = Pick<TuneResult, 'prompt' | 'model'>

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

/** What answers the test set: with a prompt, or with none. */
interface Answering {
  readonly model: PreparedModel
  readonly runner: InferenceRunner
  readonly prompt: TunedPrompt | undefined
}

/**
 * Evaluates on the test set: first the tuned prompt, whose result is the one that matters, then no prompt, then the other
 * rivals. The first two share the texts' keys and values where both lay them out alike. A tuned model answers alone; all
 * others are the base model's. False where it was stopped.
 */
async function evaluate(
  { job, encoder, runner, sink, options }: Run,
  { prompt, model: made }: Result,
): Promise<boolean> {
  const { model, settings, labels, split } = job
  const rows = split.test.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const places = { folder: job.texts, limits: options.limits }
  const source = { model, runner, settings, ...places, emit }
  const isCached =
    scoresLabels(settings) && sharesCache(settings) && (await cacheFits(settings, cacheBytes(model, rows), places))
  const texts = isCached ? await precomputeKv(source, rows, 'reading the test set (KV cache)') : undefined
  await texts?.precompute(rows)
  const cached = texts ? { reading: readingOf(settings, texts) } : {}
  const uninstructed = withoutInstruction(settings)
  const sameText = uninstructed.template.instruction === settings.template.instruction
  const answer = async (subject: Answering): Promise<void> => {
    const own = subject.prompt ? settings : uninstructed
    const task = { model: subject.model, labels, examples: split.test, prompt: subject.prompt, settings: own }
    const reused = subject.prompt || sameText ? cached : {}
    sink.emit({ event: 'evaluation', evaluation: await scoreTask(subject.runner, { ...task, ...reused }, emit) })
  }
  if (made) {
    const own = createInferenceRunner(made, { threads: job.threads, memory: settings.memory })
    await answer({ model: made, runner: own, prompt }).finally(() => own.release())
  } else await answer({ model, runner, prompt })
  await answer({ model, runner, prompt: undefined })
  return settings.duel === false || duel(job, encoder, runner, places, sink)
}

/** The tensors before the first step. */
async function initialOf({ job, encoder, runner, sink }: Run): Promise<NamedTensors> {
  sink.emit({ event: 'progress', stage: 'initialising', done: 0, total: 1 })
  if (job.start) return startTensors(job.model.config, job.settings, job.start)
  return initialTensors(job.model, job.settings, job.labels, encoder, runner)
}

/** What the run trains, from where the checkpoint has it. */
async function stateOf(run: Run, from: Checkpoint): Promise<TrainingState> {
  const { settings, model, files, resume } = run.job
  const initial = () => initialOf(run)
  if (makesModel(settings))
    return openWeights(from, { folder: files?.state, optimiser: optimiserOf(settings), initial })
  if (resume) return smallState(from)
  const specs = methodOf(settings).tensors(model.config, settings)
  const trainable = specs.filter((spec) => spec.trainable).map(({ name }) => name)
  return smallState({ ...startState(await initial(), trainable), best: undefined })
}

async function train(run: Run, start: Checkpoint): Promise<Trained> {
  const { job, encoder, runner, sink, options } = run
  const { model, settings } = job
  const state = await stateOf(run, start)
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
  const loop = {
    settings,
    byToken: new Set(specs.flatMap(({ name, byToken }) => (byToken ? [name] : []))),
    rates: new Map(specs.flatMap(({ name, rate }) => (rate === undefined ? [] : [[name, rate]]))),
    until: job.until,
    async prepare(step: number) {
      if (!texts || step < cachedUntil) return
      const last = Math.min(step + stepsPerPrecompute, settings.steps)
      await texts.precompute(Array.from({ length: last - step + 1 }, (_, i) => textsOf(step + i)).flat())
      cachedUntil = last
    },
    async gradient(step: number, tensors: NamedTensors) {
      const chosen = order(step).flatMap((i) => examples[i] ?? [])
      if (step < cachedUntil) texts?.prefetch(textsOf(step + 1))
      return { ...(await trainingStep.gradient(chosen, tensors)), examples: chosen.length }
    },
    async validate(tensors: NamedTensors) {
      // Every open session maps the weights: with little memory, training and inference sessions take turns.
      if (settings.memory === 'low') await trainingStep.release()
      const parts = methodOf(settings).fold(tensors, settings)
      const found = await validate(runner, encoder, rows.validation, settings, job.labels, parts, texts)
      if (settings.memory === 'low') await runner.release()
      return found
    },
  }
  // A resumed run keeps to the decision, whatever room there is then: half-precision keys and values give another curve.
  const begin = { ...progressOf(start), precomputes: texts !== undefined }
  const result = await trainLoop(begin, state, loop, sink).finally(() => trainingStep.release())
  return { ...result, tensors: state.best() }
}

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
  { model, settings, texts: folder }: TuneJob,
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
  // With little memory only one session is open at a time, so all texts are precomputed before the first step opens its own.
  await texts.precompute(settings.memory === 'low' ? sequences : validationSequences)
  return texts
}
