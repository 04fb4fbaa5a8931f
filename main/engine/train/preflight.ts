// A few real steps of a run that has not begun: the longest rows first, then usual ones. Nothing of them is kept.
import { totalmem } from 'node:os'
import type { ComputeEvent, MeasuredSteps } from '../../contract/compute.ts'
import type { Example } from '../../contract/settings.ts'
import { tokensAtOnce } from '../evaluate/batches.ts'
import { type Encoder, encoderFor } from '../evaluate/encode.ts'
import { maxRows } from '../evaluate/generate-rows.ts'
import { createInferenceRunner } from '../evaluate/inference-runner.ts'
import { methodOf } from '../method/index.ts'
import type { Sequence } from '../method/layout.ts'
import { weightBytes } from '../model/sizes.ts'
import { hasOwnCopies } from '../model/weights.ts'
import { scoresLabels } from '../task/index.ts'
import { exampleMaker } from './example.ts'
import { type ExpectedSteps, expectedSteps } from './expected-steps.ts'
import { modelInMemory, packsWeights, rowsAtOnce } from './memory.ts'
import { bucketsOf } from './order.ts'
import { paysToPrecompute, shareToCompute, cacheBytes, cacheMemory } from './precompute-kv.ts'
import { maxSessions } from './training-step.ts'
import { type Answers, type AnswerTimingJob, timeAnswers } from './time-answers.ts'
import { type PreflightJob, type Stoppable, timeSteps, type Timing } from './time-steps.ts'
import { type ExpectedStepsBySize, wholeRun } from './whole-run.ts'

/** The first step of each kind opens its session; with little memory, so does the one behind a validation. */
const longestSteps = 2
const usualSteps = 4
const fewestValidated = 4
const parts = ['measuring the longest rows', 'measuring usual rows', 'measuring answers'] as const
/** Rows that tell how long all of them are. */
const sampled = 200

/** `resident` gives the bytes that this process holds now. Throws compute/refused where the hardware does not prove itself. */
export async function preflight(
  given: PreflightJob,
  sink: { emit(event: ComputeEvent): void } & Stoppable,
  resident: () => number,
): Promise<MeasuredSteps> {
  const job = { ...given, model: modelInMemory(given.model, given.settings) }
  const { model, settings, labels, split } = job
  const { encoder } = encoderFor(model, settings, labels, [...split.train, ...split.validation])
  const sorted = split.train.toSorted((a, b) => b.text.length - a.text.length)
  const rows = Math.min(settings.batch, sorted.length)
  const middle = Math.max(0, Math.floor((sorted.length - rows) / 2))
  const [long, usual] = [sorted.slice(0, rows), sorted.slice(middle, middle + rows)]
  const every = Math.max(1, Math.floor(split.train.length / sampled))
  const sequences = sequencesOf(
    job,
    encoder,
    split.train.filter((_, i) => i % every === 0),
  )
  const texts = allTexts(job, sequences)
  const precomputes = await paysToPrecompute(settings, split.train.length, texts, job.texts)
  const begin = (part: (typeof parts)[number]): void =>
    sink.emit({ event: 'progress', stage: part, done: parts.indexOf(part), total: parts.length })
  begin('measuring the longest rows')
  const first = await timeSteps({ job, train: long, validation: [], count: longestSteps, precomputes, resident }, sink)
  begin('measuring usual rows')
  const validation = someValidation(job, encoder)
  const second = await timeSteps({ job, train: usual, validation, count: usualSteps, precomputes, resident }, sink)

  begin('measuring answers')
  const answers = await answersOf(second, { job, encoder, examples: validation, precomputes, resident })

  const run = walk(job, sequences, precomputes, settings.steps)
  const measuredWalk = (examples: readonly Example[]): ExpectedSteps =>
    walk(job, sequencesOf(job, encoder, examples), precomputes, 1)
  const expected = { run, longest: measuredWalk(long), usual: measuredWalk(usual) }
  const left = precomputes ? await shareToCompute(model, settings, job.texts, sequences) : 0
  const textsToCompute = left * (split.train.length + split.validation.length)
  return {
    ...wholeRun(settings, {
      longest: first,
      usual: second,
      answers,
      expected,
      validated: validation.length,
      textsToCompute,
    }),
    memory:
      Math.max(first.held, second.held, answers.held) +
      (precomputes ? Math.min(texts, cacheMemory(settings)) : 0) +
      furtherSessions(job, expected, precomputes),
    gradient: first.gradient,
  }
}

/**
 * Where a validation asks for labels, and for nothing but these, it was an answer; with little memory it opened a session
 * too.
 */
async function answersOf(
  { scoreRow, precomputeRow, prompt }: Timing,
  asked: Omit<AnswerTimingJob, 'prompt'>,
): Promise<Answers> {
  const { model, settings, threads } = asked.job
  if (asked.precomputes && settings.loss === 'labels' && settings.memory !== 'low')
    return { row: scoreRow, plainRow: precomputeRow, opening: 0, held: 0 }
  const runner = createInferenceRunner(model, { threads, memory: settings.memory })
  return timeAnswers(runner, { ...asked, prompt }).finally(() => runner.release())
}

/**
 * Rows of middling lengths, as many as are scored at once: a run scores rows of like lengths together, too. Rows to learn
 * from tell as much where none validates.
 */
function someValidation({ split, settings }: PreflightJob, encoder: Encoder): readonly Example[] {
  const some = split.validation.length > 0 ? split.validation : split.train
  const sorted = some.toSorted((a, b) => a.text.length - b.text.length)
  const { before, text, after } = encoder.row(sorted[sorted.length >> 1]?.text ?? '')
  const atOnce = tokensAtOnce[settings.memory ?? 'normal'] / (before.length + text.length + after.length)
  const count = scoresLabels(settings) ? Math.max(fewestValidated, Math.floor(atOnce)) : maxRows
  const from = Math.max(0, (sorted.length - count) >> 1)
  return sorted.slice(from, from + count)
}

/** Rows as the run lays them out. */
function sequencesOf({ settings, labels }: PreflightJob, encoder: Encoder, examples: readonly Example[]): Sequence[] {
  const exampleOf = exampleMaker(settings, labels, encoder)
  return examples.map((example) => exampleOf(example, encoder.row(example.text)).sequence)
}

function walk(
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
    rowsAtOnce: rowsAtOnce(model, settings, Math.min(settings.batch, sequences.length), totalmem()),
    sessions: maxSessions[settings.memory ?? 'normal'],
  })
}

/** Bytes of all texts' keys and values, by those of some. */
const allTexts = ({ model, split }: PreflightJob, sequences: readonly Sequence[]): number =>
  (cacheBytes(model, sequences) * (split.train.length + split.validation.length)) / Math.max(1, sequences.length)

/**
 * Bytes of the sessions that the whole run keeps open beside those that were measured. Each maps the weights once more,
 * or holds a copy for each pass. The longest rows were measured without a validation, whose session stays open beside
 * those that step where memory is not short.
 */
function furtherSessions(
  { model, settings }: PreflightJob,
  { run, longest, usual }: ExpectedStepsBySize,
  precomputes: boolean,
): number {
  const { memory = 'normal', loss } = settings
  const kept = maxSessions[memory]
  const open = { loss, sessions: Math.min(kept, run.openings), isCached: precomputes }
  const packed = !hasOwnCopies(model) && packsWeights(model, settings, open, totalmem())
  const held = (steps: number, readers: number): number =>
    (Math.min(kept, steps) * (packed ? 2 : 1) + (memory === 'low' ? 0 : readers)) * weightBytes(model, loss)
  const reading = Number(precomputes)
  // Answers behind cached texts come from the session that computed these, unless parts change its graph.
  const { virtual, updatesLinears } = methodOf(settings)
  const isShared = precomputes && scoresLabels(settings) && virtual(settings).embeddings === 0 && !updatesLinears
  const readers = isShared ? 1 : reading + 1
  const measured = Math.max(held(longest.openings, reading), held(usual.openings, readers))
  return Math.max(0, held(run.openings, readers) - measured)
}
