// A run from its rows to its prompt: encodes, initialises, trains and evaluates.
import type { Checkpoint, ComputeEvent, Job, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { readingOf } from '../evaluate/reading.ts'
import { reportTruncatedRows } from '../evaluate/truncated-rows.ts'
import { type Encoder, encoderFor, withAnswerLimits, withoutInstruction } from '../evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../evaluate/inference-runner.ts'
import { scoreTask } from '../evaluate/score.ts'
import { methodOf } from '../method/index.ts'
import { scoresLabels } from '../task/index.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { duel } from './duel.ts'
import { exampleMaker, lossShapeOf, type TrainingExample } from './example.ts'
import { initialTensors } from './initialise.ts'
import { type LoopResult, trainLoop, type TuneSink } from './loop.ts'
import { modelInMemory, rowsAtOnce } from './memory.ts'
import { startState } from './optimiser.ts'
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
import { createTrainingStep } from './training-step.ts'
import { validate, type ValidationRow } from './validate.ts'

/** Steps whose texts are precomputed together: with more of them padding shrinks, with fewer the first step starts sooner. */
const stepsPerPrecompute = 8

type TuneJob = Extract<Job, { kind: 'tune' }>

export interface TuneResult {
  readonly outcome: 'finished' | 'stopped' | 'diverged'
  readonly prompt: TunedPrompt
  /** Whether the run trained over precomputed keys and values of its texts. */
  readonly precomputes: boolean
  /** Where training diverged before any step was better than the start: the prompt is as it was initialised. */
  readonly untuned?: true
  readonly reason?: string
}

export interface TuneOptions extends Pick<CachePlaces, 'limits'> {
  /** In place of the rule for the KV precompute: a pre-flight decides it for the whole run, of which its job has only some rows. */
  readonly precomputes?: boolean | undefined
}

/** Trains until the end or a requested stop, then evaluates on the test set. */
export const tune = (job: TuneJob, sink: TuneSink, options: TuneOptions = {}): Promise<TuneResult> =>
  withKvLease(job.texts, () => tuneWithLease(job, sink, options))

async function tuneWithLease(given: TuneJob, sink: TuneSink, options: TuneOptions): Promise<TuneResult> {
  const model = modelInMemory(given.model, given.settings)
  const settings = withAnswerLimits(model, given.settings, given.split)
  const job = { ...given, model, settings }
  const { labels } = job
  const rows = [...job.split.train, ...job.split.validation, ...job.split.test]
  const encoder = encoderFor(model, settings, labels)
  const runner = createInferenceRunner(model, { threads: job.threads, memory: settings.memory })
  try {
    if (!job.resume) reportTruncatedRows(rows, encoder, (event) => sink.emit(event))
    const start = job.resume ?? (await firstCheckpoint(job, encoder, runner, sink))
    const { checkpoint, reason } = start.finished
      ? { checkpoint: start }
      : await train(job, encoder, runner, start, sink, options)
    const tensors = checkpoint.best?.tensors ?? checkpoint.tensors
    const prompt: TunedPrompt = { tensors, settings, labels, modelHash: model.hash }
    const found = { prompt, precomputes: checkpoint.precomputes === true, ...(reason === undefined ? {} : { reason }) }
    if (!checkpoint.finished) return { outcome: 'stopped', ...found }
    const evaluated = (): Promise<boolean> => evaluate(job, encoder, runner, prompt, sink, options)
    if (checkpoint.diverged) return { ...found, ...(await diverged(checkpoint, evaluated)) }
    return { ...found, outcome: (await evaluated()) ? 'finished' : 'stopped' }
  } finally {
    await runner.release()
  }
}

/** Keeps and evaluates the best prompt from before training diverged, where some step was better than the start. */
async function diverged(
  { step, best }: Checkpoint,
  evaluated: () => Promise<boolean>,
): Promise<Pick<TuneResult, 'outcome' | 'untuned' | 'reason'>> {
  const kept = best?.step ?? 0
  const reason = studioError('tuning/diverged', step, kept).message
  if (kept === 0) return { outcome: 'diverged', untuned: true, reason }
  return (await evaluated()) ? { outcome: 'diverged', reason } : { outcome: 'stopped' }
}

/**
 * Evaluates on the test set: first the tuned prompt, whose result is the one that matters, then no prompt, then the other
 * rivals. The first two share the texts' keys and values where both lay them out alike. False where it was stopped.
 */
async function evaluate(
  job: TuneJob,
  encoder: Encoder,
  runner: InferenceRunner,
  prompt: TunedPrompt,
  sink: TuneSink,
  { limits }: TuneOptions,
): Promise<boolean> {
  const { model, settings, labels, split } = job
  const rows = split.test.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const places = { folder: job.texts, limits }
  const source = { model, runner, settings, ...places, emit }
  const isCached =
    scoresLabels(settings) && sharesCache(settings) && (await cacheFits(settings, cacheBytes(model, rows), places))
  const texts = isCached ? await precomputeKv(source, rows, 'reading the test set (KV cache)') : undefined
  await texts?.precompute(rows)
  const cached = texts ? { reading: readingOf(settings, texts) } : {}
  const uninstructed = withoutInstruction(settings)
  const sameText = uninstructed.template.instruction === settings.template.instruction
  for (const subject of [prompt, undefined]) {
    const task = { model, labels, examples: split.test, prompt: subject, settings: subject ? settings : uninstructed }
    const reused = subject || sameText ? cached : {}
    sink.emit({
      event: 'evaluation',
      evaluation: await scoreTask(runner, { ...task, ...reused }, emit),
    })
  }
  return settings.duel === false || duel(job, encoder, runner, places, sink)
}

async function firstCheckpoint(
  job: TuneJob,
  encoder: Encoder,
  runner: InferenceRunner,
  sink: TuneSink,
): Promise<Checkpoint> {
  const { model, settings, labels } = job
  sink.emit({ event: 'progress', stage: 'initialising', done: 0, total: 1 })
  const tensors = job.start
    ? startTensors(model.config, settings, job.start)
    : await initialTensors(model, settings, labels, encoder, runner)
  const specs = methodOf(settings).tensors(model.config, settings)
  const trainable = specs.filter((spec) => spec.trainable).map(({ name }) => name)
  return { ...startState(tensors, trainable), step: 0, best: undefined, stale: 0, finished: false }
}

async function train(
  job: TuneJob,
  encoder: Encoder,
  runner: InferenceRunner,
  start: Checkpoint,
  sink: TuneSink,
  options: TuneOptions,
): Promise<LoopResult> {
  const { model, settings } = job
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
    async gradient(step: number, tensors: Checkpoint['tensors']) {
      const chosen = order(step).flatMap((i) => examples[i] ?? [])
      if (step < cachedUntil) texts?.prefetch(textsOf(step + 1))
      return { ...(await trainingStep.gradient(chosen, tensors)), examples: chosen.length }
    },
    async validate(tensors: Checkpoint['tensors']) {
      // Every open session maps the weights: with little memory, training and inference sessions take turns.
      if (settings.memory === 'low') await trainingStep.release()
      const parts = methodOf(settings).fold(tensors, settings)
      const found = await validate(runner, encoder, rows.validation, settings, job.labels, parts, texts)
      if (settings.memory === 'low') await runner.release()
      return found
    },
  }
  // A resumed run keeps to the decision, whatever room there is then: half-precision keys and values give another curve.
  return trainLoop({ ...start, precomputes: texts !== undefined }, loop, sink).finally(() => trainingStep.release())
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
