// The end of a run: its test rows are answered by what was tuned, and by all that it has to beat.
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

/**
 * Evaluates on the test set: first the tuned prompt, whose result is the one that matters, then no prompt, then the other
 * rivals. The first two share the texts' keys and values where both lay them out alike. A tuned model answers alone; all
 * others are the base model's. With folds, each fold's prompt answers the rows that it has not seen, as rivals do that learn
 * from rows. False where it was stopped.
 */
export async function judge(run: Judged, { prompt, model: made }: Result): Promise<boolean> {
  const { job, encoder, runner, sink, options } = run
  const { model, settings, labels, split } = job
  const emit = (event: ComputeEvent): void => sink.emit(event)
  const cached = await readTexts(run)
  const uninstructed = withoutInstruction(settings)
  const task = { model, labels, settings }
  const own = made ? createInferenceRunner(made, { threads: job.threads, memory: settings.memory }) : runner
  const found: Evaluation[] = []
  try {
    for (const { prompt: judging, examples } of judgesOf(run, prompt)) {
      if (found.length > 0 && sink.stopRequested()) return false
      const before = found.reduce((sum, { rows }) => sum + rows.length, 0)
      const judged = { ...task, ...cached, model: made ?? model, settings: judging.settings, prompt: judging, examples }
      found.push(await scoreTask(own, judged, counting(emit, before, split.test.length)))
    }
  } finally {
    if (made) await own.release()
  }
  const tuned = together(found, job)
  if (tuned) emit({ event: 'evaluation', evaluation: tuned })
  const sameText = uninstructed.template.instruction === settings.template.instruction
  const alone = {
    ...task,
    ...(sameText ? cached : {}),
    settings: uninstructed,
    prompt: undefined,
    examples: split.test,
  }
  emit({ event: 'evaluation', evaluation: await scoreTask(runner, alone, emit) })
  const places = { folder: job.texts, limits: options.limits }
  return settings.duel === false || duel(job, encoder, runner, places, sink)
}

/** The test rows' keys and values, where the prompt and no prompt can share them. */
async function readTexts({ job, encoder, runner, sink, options }: Run): Promise<{ readonly reading?: Reading }> {
  const { model, settings, split } = job
  const places = { folder: job.texts, limits: options.limits }
  const rows = split.test.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
  const isCached =
    scoresLabels(settings) && sharesCache(settings) && (await cacheFits(settings, cacheBytes(model, rows), places))
  if (!isCached) return {}
  const source = { model, runner, settings, ...places, emit: (event: ComputeEvent) => sink.emit(event) }
  const texts = await precomputeKv(source, rows, stages.testTexts)
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
