// The end of a run: its test rows are answered by what was tuned, and by all that it has to beat.
import type { Calibration } from '../../contract/calibration.ts'
import type { ComputeEvent, Evaluation, TunedPrompt } from '../../contract/compute.ts'
import type { Example } from '../../contract/settings.ts'
import { stages } from '../../contract/stages.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { withAnswerLimits, withoutInstruction } from '../evaluate/encode.ts'
import { createInferenceRunner } from '../evaluate/inference-runner.ts'
import { type Reading, readingOf } from '../evaluate/reading.ts'
import { scoreTask } from '../evaluate/score.ts'
import { layOut } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import { calibrateByScoring, calibrationOn } from './calibrate.ts'
import { duel } from './duel.ts'
import { splitOfFold } from './fold-splits.ts'
import { cacheBytes, cacheFits, precomputeKv, sharesCache } from './precompute-kv.ts'
import type { Result, Run } from './run.ts'
import { together } from './together.ts'

export interface Judged extends Run {
  /** With folds, the best tensors of each fold's prompt. */
  readonly prompts: readonly NamedTensors[]
}

/** A prompt, and the test rows that it answers. */
interface Judge {
  readonly prompt: TunedPrompt
  readonly examples: readonly Example[]
}

/** What comes of it besides the evaluations. */
interface Judgement {
  /** Undefined where answers are generated. */
  readonly calibration: Calibration | undefined
}

/**
 * Evaluates on the test set: first the tuned prompt, whose result is the one that matters and which is then calibrated, then
 * no prompt, then the other rivals. The first two share the texts' keys and values where both lay them out alike. A tuned
 * model answers alone; all others are the base model's. With folds, each fold's prompt answers the rows that it has not
 * seen, as rivals do that learn from rows. Undefined where it was stopped.
 */
export async function judge(run: Judged, result: Result): Promise<Judgement | undefined> {
  const { job, encoder, runner, sink, options } = run
  const { model, settings, labels, split } = job
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const cached = await readTexts(run, split.test, stages.testTexts)
  const judgement = await judgeTuned(run, result, cached)
  if (!judgement) return undefined
  const uninstructed = withoutInstruction(settings)
  const sameText = uninstructed.template.instruction === settings.template.instruction
  const alone = {
    ...{ model, labels, ...(sameText ? cached : {}) },
    settings: uninstructed,
    prompt: undefined,
    examples: split.test,
  }
  emit({ event: 'evaluation', evaluation: await scoreTask(runner, alone, emit) })
  const places = { folder: job.texts, limits: options.limits }
  const isWhole = settings.duel === false || (await duel(job, encoder, runner, places, sink))
  return isWhole ? judgement : undefined
}

interface CachedReading {
  readonly reading?: Reading
}

/** Evaluates the tuned prompt, and calibrates it. Undefined where it was stopped. */
async function judgeTuned(
  run: Judged,
  { prompt, model: made }: Result,
  cached: CachedReading,
): Promise<Judgement | undefined> {
  const { job, runner, sink } = run
  const { settings, labels, split } = job
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const task = { labels, model: made ?? job.model }
  const own = made ? createInferenceRunner(made, { threads: job.threads, memory: settings.memory }) : runner
  const found: Evaluation[] = []
  try {
    for (const { prompt: judging, examples } of judgesOf(run, prompt)) {
      if (found.length > 0 && sink.stopRequested()) return undefined
      const before = found.reduce((sum, { rows }) => sum + rows.length, 0)
      const judged = { ...task, ...cached, settings: judging.settings, prompt: judging, examples }
      found.push(await scoreTask(own, judged, counting(emit, before, split.test.length)))
    }
    const tuned = together(found, job)
    if (tuned) emit({ event: 'evaluation', evaluation: tuned })
    if (!scoresLabels(settings)) return { calibration: undefined }
    if (split.folds) return { calibration: calibrationOn(tuned?.rows ?? [], labels) }
    if (split.validation.length === 0) return { calibration: undefined }
    const known = await readTexts(run, split.validation, stages.calibrating)
    const calibrated = { ...task, ...known, settings: prompt.settings, prompt, examples: split.validation }
    return { calibration: await calibrateByScoring(own, calibrated, emit) }
  } finally {
    if (made) await own.release()
  }
}

/** The rows' keys and values, where the prompt and no prompt can share them. `stage`: what its progress is called. */
async function readTexts(
  { job, encoder, runner, sink, options }: Run,
  examples: readonly Example[],
  stage: string,
): Promise<CachedReading> {
  const { model, settings } = job
  const places = { folder: job.texts, limits: options.limits }
  const rows = examples.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
  const isCached =
    scoresLabels(settings) && sharesCache(settings) && (await cacheFits(settings, cacheBytes(model, rows), places))
  if (!isCached) return {}
  const source = { model, runner, settings, ...places, emit: (event: ComputeEvent) => sink.emit(event) }
  const texts = await precomputeKv(source, rows, stage)
  await texts.precompute(rows)
  return { reading: readingOf(settings, texts) }
}

/** Who answers which test rows: the prompt of each fold its own, or the run's own prompt all of them. */
function judgesOf({ job, prompts }: Judged, prompt: TunedPrompt): readonly Judge[] {
  const { model, settings, split } = job
  if (!split.folds) return [{ prompt, examples: split.test }]
  return split.folds.flatMap((_, fold): Judge[] => {
    const { test, ...known } = splitOfFold(split, fold)
    const own = { ...prompt, tensors: prompts[fold] ?? {}, settings: withAnswerLimits(model, settings, known) }
    return test.length > 0 ? [{ prompt: own, examples: test }] : []
  })
}

/** Progress over some rows as a part of all. */
const counting =
  (emit: (event: ComputeEvent) => void, before: number, total: number) =>
  (event: ComputeEvent): void => {
    emit(event.event === 'progress' ? { ...event, done: before + event.done, total } : event)
  }
