// A few real steps of a run that has not begun: the longest rows first, then usual ones. Nothing of them is kept.
import { totalmem } from 'node:os'
import type { ComputeEvent, Job, MeasuredSteps, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example } from '../../contract/settings.ts'
import { tokensAtOnce } from '../evaluate/batches.ts'
import { type Encoder, encoderFor } from '../evaluate/encode.ts'
import { createReader } from '../evaluate/reader.ts'
import { scoreTask, type ScoreTask } from '../evaluate/score.ts'
import { bestWritten } from '../evaluate/written.ts'
import { median } from '../median.ts'
import { methods } from '../method/index.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { isChosen } from '../task/index.ts'
import { exampleMaker } from './example.ts'
import { type ExpectedSteps, expectedSteps } from './expected-steps.ts'
import type { TuneSink } from './loop.ts'
import { hasOwnCopies } from '../model/weights.ts'
import { heldModel, packsWeights, rowsAtOnce, weightBytes } from './memory.ts'
import { bucketsOf } from './order.ts'
import { paysToReadOnce, readOnce as openTexts, shareToRead, textBytes, textMemory } from './read-once.ts'
import { sessionsKept } from './stepper.ts'
import { tune } from './tune.ts'

type PreflightJob = Extract<Job, { kind: 'preflight' }>
type Outer = { stopRequested(): boolean }

/** The first step of each kind opens its session; with little memory, so does the one behind a validation. */
const longestSteps = 2
const usualSteps = 4
/** The first steps of a session are slower than the others: short ones go on for so many milliseconds, or steps. */
const settled = 2000
const mostSteps = 16
const validateEvery = 2
const fewestValidated = 4
/** Milliseconds between two looks at what the process holds. */
const watchEvery = 20
/** Rows that tell how long all of them are. */
const sampled = 200

/** `resident` gives the bytes that this process holds now. Throws compute/refused where the hardware does not prove itself. */
export async function preflight(
  given: PreflightJob,
  sink: { emit(event: ComputeEvent): void } & Outer,
  resident: () => number,
): Promise<MeasuredSteps> {
  const job = { ...given, model: heldModel(given.model, given.settings) }
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
  const readOnce = await paysToReadOnce(settings, split.train.length, texts, job.texts)
  sink.emit({ event: 'progress', stage: 'trying the longest rows', done: 0, total: 2 })
  const first = await measure({ job, train: long, validation: [], count: longestSteps, readOnce, resident }, sink)
  sink.emit({ event: 'progress', stage: 'trying usual rows', done: 1, total: 2 })
  const validation = someValidation(job, encoder)
  const second = await measure({ job, train: usual, validation, count: usualSteps, readOnce, resident }, sink)

  const run = walk(job, sequences, readOnce, settings.steps)
  const measuredWalk = (examples: readonly Example[]): ExpectedSteps =>
    walk(job, sequencesOf(job, encoder, examples), readOnce, 1)
  const [aLong, aUsual] = [measuredWalk(long), measuredWalk(usual)]
  // Where a validation asks for labels, and for nothing but these, it was an answer; with little memory it opened a session too.
  const isAnswer = settings.loss === 'labels' && settings.memory !== 'low'
  const judged =
    isAnswer && readOnce
      ? { row: second.scoreRow, plainRow: second.readRow, opening: 0, held: 0 }
      : await judge({ job, encoder, prompt: second.prompt, examples: validation, readOnce, resident })
  const left = readOnce ? await shareToRead(model, settings, job.texts, sequences) : 0
  const toRead = left * (split.train.length + split.validation.length)
  const [warm, usualWarm] = [usualOf(first.steps), usualOf(second.steps)]
  const around = Math.max(0, openingStep(job, second.steps) - usualWarm) / Math.max(1, aUsual.openings)
  const reopened = validationsBetween(job)
  return {
    start: second.start,
    steps: [...first.steps, ...second.steps],
    step: between([aUsual.tokens, usualWarm], [aLong.tokens, warm], run.tokens),
    opening: around * (run.openings + reopened) + judged.opening * reopened,
    scoreRow:
      settings.loss === 'labels'
        ? judged.row
        : Math.max(0, second.scoreRow - judged.opening / Math.max(1, validation.length)),
    judgeRow: judged.row,
    plainRow: judged.plainRow,
    reading: second.readRow * toRead,
    readRow: second.readRow,
    memory:
      Math.max(first.held, second.held, judged.held) +
      (readOnce ? Math.min(texts, textMemory(settings)) : 0) +
      furtherSessions(job, run, [aLong, aUsual], readOnce),
    gradient: first.gradient,
  }
}

/** Rows of middling lengths, as many as are scored at once: a run scores rows of like lengths together, too. */
function someValidation({ split, settings }: PreflightJob, encoder: Encoder): readonly Example[] {
  const sorted = split.validation.toSorted((a, b) => a.text.length - b.text.length)
  const { before, text, after } = encoder.row(sorted[sorted.length >> 1]?.text ?? '')
  const atOnce = tokensAtOnce[settings.memory ?? 'normal'] / (before.length + text.length + after.length)
  const count = Math.max(fewestValidated, Math.floor(atOnce))
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
  readOnce: boolean,
  steps: number,
): ExpectedSteps {
  return expectedSteps({
    sequences,
    steps,
    batch: settings.batch,
    seed: settings.seed,
    buckets: bucketsOf(sequences, readOnce),
    rowsAtOnce: rowsAtOnce(model, settings, Math.min(settings.batch, sequences.length), totalmem()),
    sessions: sessionsKept[settings.memory ?? 'normal'],
  })
}

/** With little memory a validation closes the session that steps, and opens its own (train/tune.ts): how many there are. */
const validationsBetween = ({ settings }: PreflightJob): number =>
  settings.memory === 'low' && settings.validateEvery > 0 ? Math.floor(settings.steps / settings.validateEvery) : 0

/** A step that opens its session: the first, and with little memory each behind a validation. */
const openingStep = ({ settings }: PreflightJob, steps: readonly number[]): number =>
  median(settings.memory === 'low' ? steps.filter((_, i) => i % validateEvery === 0) : steps.slice(0, 1))

/** Of the steps that did not open a session. */
const usualOf = (steps: readonly number[]): number => median(steps.filter((_, i) => i % validateEvery === 1))

/** On the line through two measured points, [tokens, milliseconds] each; not far beyond either. */
function between([t1, ms1]: readonly [number, number], [t2, ms2]: readonly [number, number], tokens: number): number {
  if (t2 - t1 < 0.1 * t1 || ms2 <= ms1) return ms1
  const onLine = ms1 + ((ms2 - ms1) * (tokens - t1)) / (t2 - t1)
  return Math.min(Math.max(onLine, ms1 / 2), 2 * ms2)
}

/** Bytes of all texts' keys and values, by those of some. */
const allTexts = ({ model, split }: PreflightJob, sequences: readonly Sequence[]): number =>
  (textBytes(model, sequences) * (split.train.length + split.validation.length)) / Math.max(1, sequences.length)

/**
 * Bytes of the sessions that the whole run keeps open beside those that were measured. Each maps the weights once more,
 * or holds a copy for each pass. The longest rows were measured without a validation, whose session stays open beside
 * those that step where memory is not short.
 */
function furtherSessions(
  { model, settings }: PreflightJob,
  run: ExpectedSteps,
  [long, usual]: readonly [ExpectedSteps, ExpectedSteps],
  readOnce: boolean,
): number {
  const { memory = 'normal', loss } = settings
  const kept = sessionsKept[memory]
  const open = { loss, sessions: Math.min(kept, run.openings), isRead: readOnce }
  const packed = !hasOwnCopies(model) && packsWeights(model, settings, open, totalmem())
  const held = (steps: number, readers: number): number =>
    (Math.min(kept, steps) * (packed ? 2 : 1) + (memory === 'low' ? 0 : readers)) * weightBytes(model, loss)
  const reading = Number(readOnce)
  // Behind texts, answers are asked for by the session that read them, but where virtual tokens stand among the tokens.
  const isShared = readOnce && isChosen(settings) && methods[settings.method].kind === 'past'
  const readers = isShared ? 1 : reading + 1
  const measured = Math.max(held(long.openings, reading), held(usual.openings, readers))
  return Math.max(0, held(run.openings, readers) - measured)
}

interface Timing {
  /** Until the first step, without what is told below. */
  readonly start: number
  readonly steps: readonly number[]
  /** Milliseconds of reading a text once. */
  readonly readRow: number
  readonly scoreRow: number
  /** Bytes that the process held at most behind its first step. */
  readonly held: number
  /** Of the first step. */
  readonly gradient: Float32Array
  readonly prompt: TunedPrompt
}

interface Measured {
  readonly job: PreflightJob
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  /** Steps at least. */
  readonly count: number
  readonly readOnce: boolean
  readonly resident: () => number
}

async function measure({ job, train, validation, count, readOnce, resident }: Measured, outer: Outer): Promise<Timing> {
  const { model, settings, labels, threads, provider } = job
  const steps: number[] = []
  let [refusal, isRefused] = ['', false]
  const validated: number[] = []
  let gradient = new Float32Array()
  const began = performance.now()
  let [reading, read, readRow] = [0, Infinity, Infinity]
  let [lastRead, lastStep] = [began, began]
  let first: { readonly at: number; readonly reading: number } | undefined
  let held = 0
  // Not before: a session that opens holds what the one before it left behind as well, which no run does.
  const watching = setInterval(() => (held = steps.length > 0 ? Math.max(held, resident()) : held), watchEvery)
  const hear = (event: ComputeEvent): void => {
    if (event.event === 'step') {
      steps.push(event.metrics.milliseconds)
      held = Math.max(held, resident())
      lastStep = performance.now()
    }
    if (event.event === 'progress' && event.stage === 'reading the texts once') {
      const now = performance.now()
      // Each reading begins by telling how many are done.
      if (event.done > read) {
        reading += now - lastRead
        // The first of a session take longer than those that follow.
        readRow = Math.min(readRow, (now - lastRead) / (event.done - read))
      }
      lastRead = now
      read = event.done
    }
    if (event.event === 'provider' && event.name === provider) refusal = event.note
    if (event.event === 'provider' && event.name !== provider) isRefused = true
    if (event.event === 'validation') {
      const now = performance.now()
      validated.push(now - Math.max(lastRead, lastStep))
      first ??= { at: now, reading }
    }
  }
  const isEnough = (): boolean => {
    const [, ...warm] = steps
    return steps.length >= count && (steps.length >= mostSteps || warm.reduce((sum, each) => sum + each, 0) >= settled)
  }
  const sink: TuneSink = {
    emit: hear,
    checkpoint: () => Promise.resolve(),
    stopRequested: () => isRefused || isEnough() || outer.stopRequested(),
    keepRequested: () => false,
    gradient: (slopes) => {
      if (steps.length === 0) gradient = flattened(slopes)
    },
  }
  const short = {
    ...settings,
    steps: mostSteps + 1,
    validateEvery: validation.length > 0 ? validateEvery : 0,
    warmup: 0,
  }
  const part = { train, validation, heldOut: [] }
  const { prompt } = await tune(
    { kind: 'tune', model, settings: short, labels, split: part, resume: undefined, providers: [provider], threads },
    sink,
    readOnce,
  ).finally(() => clearInterval(watching))
  if (isRefused) throw studioError('compute/refused', refusal)
  // The first validation may open a session.
  const [cold = 0, ...warm] = validated
  const scoring = warm.length > 0 ? median(warm) : cold
  return {
    start: first ? Math.max(0, first.at - began - first.reading - scoring) : 0,
    steps,
    readRow: Number.isFinite(readRow) ? readRow : 0,
    scoreRow: scoring / Math.max(1, validation.length),
    held,
    gradient,
    prompt,
  }
}

interface Judged {
  readonly job: PreflightJob
  readonly encoder: Encoder
  readonly prompt: TunedPrompt
  readonly examples: readonly Example[]
  readonly readOnce: boolean
  readonly resident: () => number
}

interface Answers {
  readonly row: number
  readonly plainRow: number
  readonly opening: number
  readonly held: number
}

/**
 * Answering rows where a validation does something else (behind the loss over the vocabulary it asks how likely every word
 * of the right answer is), and without a prompt: milliseconds of a row, with a prompt behind its text where that is read
 * once; of the session that each validation opens with little memory; and bytes that the process holds. There, rows
 * behind written prompts hold more than any step.
 */
async function judge({ job, encoder, prompt, examples, readOnce, resident }: Judged): Promise<Answers> {
  const { model, settings, labels, split, threads } = job
  if (examples.length === 0) return { row: 0, plainRow: 0, opening: 0, held: 0 }
  const reader = createReader(model, { threads, memory: settings.memory })
  try {
    const sequences = examples.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
    const texts =
      readOnce && isChosen(settings)
        ? await openTexts({ model, reader }, settings, undefined, sequences, () => undefined)
        : undefined
    await texts?.read(sequences)
    const common = { model, settings, labels }
    const timed = async (how: Pick<ScoreTask, 'prompt' | 'read'>, some: readonly Example[]): Promise<number> => {
      const began = performance.now()
      await scoreTask(reader, { ...common, ...how, examples: some }, () => undefined)
      return performance.now() - began
    }
    /** Milliseconds of a row, and of the session that the first rows open. */
    const answer = async (how: Pick<ScoreTask, 'prompt' | 'read'>): Promise<readonly [number, number]> => {
      await reader.release()
      const few = examples.slice(0, 2)
      const cold = await timed(how, few)
      const row = (await timed(how, examples)) / examples.length
      return [row, Math.max(0, cold - row * few.length)]
    }
    const [row, opened] = await answer(texts ? { prompt, read: { texts, settings } } : { prompt })
    const [plainRow] = await answer({ prompt: undefined })
    const opening = settings.memory === 'low' ? opened : 0
    if (settings.memory === 'low' && settings.duel !== false) {
      const validation = examples.slice(0, fewestValidated)
      await bestWritten(reader, { model, settings, labels, split: { ...split, validation } }, () => undefined)
    }
    return { row, plainRow, opening, held: resident() }
  } finally {
    await reader.release()
  }
}

function flattened(slopes: Readonly<Record<string, Float32Array>>): Float32Array<ArrayBuffer> {
  const parts = Object.keys(slopes)
    .sort()
    .map((name) => slopes[name] ?? new Float32Array())
  const flat = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    flat.set(part, at)
    at += part.length
  }
  return flat
}
