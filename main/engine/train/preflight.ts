// Pre-flight: measures a few real steps of a planned run, on its longest rows and on usual ones, and discards their results.
import type { ComputeEvent, MeasuredSteps } from '../../contract/compute.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { elements } from '../../contract/tensor.ts'
import { tokensAtOnce } from '../evaluate/batches.ts'
import { type Encoder, encoderFor, withAnswerLimits } from '../evaluate/encode.ts'
import { maxRows } from '../evaluate/generate-rows.ts'
import { createInferenceRunner } from '../evaluate/inference-runner.ts'
import { methodOf } from '../method/index.ts'
import type { Sequence } from '../method/layout.ts'
import { hasOwnCopies } from '../model/weights.ts'
import { collectGarbage } from '../runtime/garbage.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { scoresLabels } from '../task/index.ts'
import { exampleMaker } from './example.ts'
import { type ExpectedSteps, expectedSteps } from './expected-steps.ts'
import { mappedBytes, modelInMemory, packsWeights, rowsAtOnce } from './memory.ts'
import { bucketsOf } from './order.ts'
import { paysToPrecompute, shareToCompute, cacheBytes, cacheMemory } from './precompute-kv.ts'
import { maxSessions } from './training-step.ts'
import { type Answers, type AnswerTimingJob, timeAnswers } from './time-answers.ts'
import { type PreflightJob, type Stoppable, timeSteps, type Timing } from './time-steps.ts'
import { type ExpectedStepsBySize, wholeRun } from './whole-run.ts'

/** Steps to measure: the first on each size opens its session, and with little memory so does the one after a validation. */
const longestSteps = 2
const usualSteps = 4
const minValidationRows = 4
const parts = ['measuring the longest rows', 'measuring usual rows', 'measuring answers'] as const
/** Rows from which the lengths of all rows are estimated. */
const maxSampled = 200

/** `resident` gives the resident bytes of this process. Error: 'compute/refused' where the hardware fails its self-check. */
export async function preflight(
  given: PreflightJob,
  sink: { emit(event: ComputeEvent): void } & Stoppable,
  resident: () => number,
): Promise<MeasuredSteps> {
  const model = modelInMemory(given.model, given.settings)
  const settings = withAnswerLimits(model, given.settings, given.split)
  const job = { ...given, model, settings }
  const { labels, split } = job
  const encoder = encoderFor(model, settings, labels)
  const sorted = split.train.toSorted((a, b) => b.text.length - a.text.length)
  const rows = Math.min(settings.batch, sorted.length)
  const middle = Math.max(0, Math.floor((sorted.length - rows) / 2))
  const [long, usual] = [sorted.slice(0, rows), sorted.slice(middle, middle + rows)]
  const every = Math.max(1, Math.floor(split.train.length / maxSampled))
  const sequences = sequencesOf(
    job,
    encoder,
    split.train.filter((_, i) => i % every === 0),
  )
  const textBytes = allTextBytes(job, sequences)
  const precomputes = await paysToPrecompute(settings, split.train.length, textBytes, { folder: job.texts })
  const begin = (part: (typeof parts)[number]): void =>
    sink.emit({ event: 'progress', stage: part, done: parts.indexOf(part), total: parts.length })
  begin('measuring the longest rows')
  const steps = { job, precomputes, resident }
  const first = await withoutPrompt(timeSteps({ ...steps, train: long, validation: [], count: longestSteps }, sink))
  await collectGarbage()
  begin('measuring usual rows')
  const validation = someValidation(job, encoder)
  const second = await timeSteps({ ...steps, train: usual, validation, count: usualSteps }, sink)

  begin('measuring answers')
  const answers = await answersOf(second, { job, encoder, examples: validation, precomputes, resident })

  const run = expectedOf(job, sequences, precomputes, settings.steps)
  const measured = (examples: readonly Example[]): ExpectedSteps =>
    expectedOf(job, sequencesOf(job, encoder, examples), precomputes, 1)
  const expected = { run, longest: measured(long), usual: measured(usual) }
  const missingShare = precomputes ? await shareToCompute(model, settings, job.texts, sequences) : 0
  const textsToCompute = missingShare * textsOf(split)
  return {
    ...wholeRun(settings, {
      longest: first,
      usual: second,
      answers,
      expected,
      validationRows: validation.length,
      textsToCompute,
    }),
    memory:
      Math.max(first.peakBytes, second.peakBytes, answers.peakBytes) +
      (precomputes ? Math.min(textBytes, cacheMemory(settings)) : 0) +
      furtherSessions(job, expected, precomputes) +
      foldBytes(job),
    gradient: first.gradient,
  }
}

/** Texts that are read while learning: with folds, the validation rows are training rows, too. */
const textsOf = ({ train, validation, folds }: Split): number => train.length + (folds ? 0 : validation.length)

/** Bytes of what the folds' prompts hold: their tensors, the optimiser's moments and the best tensors, as the run's own has. */
function foldBytes({ model, settings, split }: PreflightJob): number {
  const specs = methodOf(settings).tensors(model.config, settings)
  const numbers = specs.reduce((sum, { shape }) => sum + elements(shape), 0)
  return (split.folds?.length ?? 0) * 4 * 4 * numbers
}

/** The measurements alone: a prompt may be as large as the model. */
async function withoutPrompt(timing: Promise<Timing>): Promise<Omit<Timing, 'prompt'>> {
  const { prompt: _, ...rest } = await timing
  return rest
}

/**
 * The times of answers. With the label-restricted loss a validation computes the same label scores as an answer, so that its
 * time serves for both, except with little memory, where it also opens a session.
 */
async function answersOf(
  { scoreRow, precomputeRow, prompt }: Timing,
  job: Omit<AnswerTimingJob, 'prompt'>,
): Promise<Answers> {
  const { model, settings, threads } = job.job
  if (job.precomputes && settings.loss === 'labels' && settings.memory !== 'low')
    return { row: scoreRow, plainRow: precomputeRow, opening: 0, peakBytes: 0 }
  const runner = createInferenceRunner(model, { threads, memory: settings.memory })
  return timeAnswers(runner, { ...job, prompt }).finally(() => runner.release())
}

/**
 * Rows around the median length, one batch of them, because a run also scores rows of similar length together. From the
 * training rows where there is no validation set.
 */
function someValidation({ split, settings }: PreflightJob, encoder: Encoder): readonly Example[] {
  const candidates = split.validation.length > 0 ? split.validation : split.train
  const sorted = candidates.toSorted((a, b) => a.text.length - b.text.length)
  const { before, text, after } = encoder.row(sorted[sorted.length >> 1]?.text ?? '')
  const batch = tokensAtOnce[settings.memory ?? 'normal'] / (before.length + text.length + after.length)
  const count = scoresLabels(settings) ? Math.max(minValidationRows, Math.floor(batch)) : maxRows
  const from = Math.max(0, (sorted.length - count) >> 1)
  return sorted.slice(from, from + count)
}

/** The sequences of rows, as the run lays them out. */
function sequencesOf({ settings, labels }: PreflightJob, encoder: Encoder, examples: readonly Example[]): Sequence[] {
  const exampleOf = exampleMaker(settings, labels, encoder)
  return examples.map((example) => exampleOf(example, encoder.row(example.text)).sequence)
}

function expectedOf(
  { model, settings }: PreflightJob,
  sequences: readonly Sequence[],
  precomputes: boolean,
  steps: number,
): ExpectedSteps {
  return expectedSteps({
    sequences,
    steps,
    batch: settings.batch,
    seed: settings.seed,
    buckets: bucketsOf(sequences, precomputes),
    rowsAtOnce: rowsAtOnce(model, settings, Math.min(settings.batch, sequences.length), totalMemory()),
    sessions: maxSessions[settings.memory ?? 'normal'],
  })
}

/** Bytes of all texts' keys and values, extrapolated from a sample. */
const allTextBytes = ({ model, split }: PreflightJob, sequences: readonly Sequence[]): number =>
  (cacheBytes(model, sequences) * textsOf(split)) / Math.max(1, sequences.length)

/**
 * Bytes of the sessions that the whole run keeps open in addition to the measured ones. Each maps the weights again, or
 * holds a packed copy for each pass. The longest rows were measured without a validation, whose session stays open during
 * the steps with normal memory.
 */
function furtherSessions(
  { model, settings }: PreflightJob,
  { run, longest, usual }: ExpectedStepsBySize,
  precomputes: boolean,
): number {
  const { memory = 'normal', loss } = settings
  const maxOpen = maxSessions[memory]
  const open = { loss, sessions: Math.min(maxOpen, run.openings), isCached: precomputes }
  const packed = !hasOwnCopies(model) && packsWeights(model, settings, open, totalMemory())
  const bytesOf = (trainingSessions: number, inferenceSessions: number): number =>
    (Math.min(maxOpen, trainingSessions) * (packed ? 2 : 1) + (memory === 'low' ? 0 : inferenceSessions)) *
    mappedBytes(model, settings)
  const precomputeSessions = Number(precomputes)
  // Label scores after cached texts use the session of the KV precompute, unless the prompt's parts change the graph.
  const { virtual, updates } = methodOf(settings)
  const isShared = precomputes && scoresLabels(settings) && virtual(settings).embeddings === 0 && !updates
  const inferenceSessions = isShared ? 1 : precomputeSessions + 1
  const measured = Math.max(bytesOf(longest.openings, precomputeSessions), bytesOf(usual.openings, inferenceSessions))
  return Math.max(0, bytesOf(run.openings, inferenceSessions) - measured)
}
