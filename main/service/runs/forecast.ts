// Predicts time and memory of a whole run from a few real steps of it.
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { BaselineName } from '../../contract/records.ts'
import type { Preflight, RunPlan } from '../../contract/service.ts'
import { rowsRead } from '../../engine/baseline/index.ts'
import { choosingRows } from '../../engine/evaluate/hand-written.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { sharesCache } from '../../engine/train/precompute-kv.ts'

/** A run is predicted as a range, since rows differ in length and other programs compete with it: factors of the estimate. */
const QUICKEST = 0.8
const SLOWEST = 1.2

/**
 * Hand-written prompts that are tried on the validation set: an instruction for the kind of task, and two with examples.
 * The KV cache of what comes before the text is computed once for all rows; on the starter model a row after few-shot
 * examples takes a third longer than one without.
 */
const INSTRUCTIONS = 1
const WITH_EXAMPLES = 2
const EXAMPLES_FACTOR = 4 / 3

export type Forecast = Omit<Preflight, 'plan' | 'trials' | 'refused' | 'chosen' | 'hardware' | 'because'>

type Planned = Pick<RunPlan, 'settings' | 'rows' | 'labels'>

export function forecast(plan: Planned, measured: MeasuredSteps, available: number): Forecast {
  const { settings, rows } = plan
  const { steps, step, start, opening, precompute, scoreRow, memory } = measured
  const { validateEvery } = settings
  const validations = validateEvery > 0 ? Math.ceil(settings.steps / validateEvery) : 1
  const validating = (1 + validations) * rows.validation * scoreRow
  const around = start + opening + precompute + validating
  // With folds, each of a run's steps is one of every prompt.
  const prompts = 1 + (rows.folds ?? 0)
  const total = (around + settings.steps * step * prompts + evaluating(plan, measured) + duel(plan, measured)) / 1000
  const fits = memory <= available
  return {
    seconds: [QUICKEST * total, SLOWEST * total],
    memory,
    available,
    fits,
    advice: adviceOf(fits, total),
    steps,
  }
}

/** Milliseconds to evaluate the test set with the tuned prompt and without one. */
function evaluating({ settings, rows }: Planned, { precomputeRow, answerRow, plainRow }: MeasuredSteps): number {
  const withPrompt = scoresLabels(settings) ? precomputeRow + answerRow : answerRow
  // The model alone reuses the KV precompute of the texts made for the tuned prompt, unless the template has an instruction.
  const isShared = scoresLabels(settings) && sharesCache(settings) && settings.template.instruction === ''
  const without = isShared ? (precomputeRow > 0 ? answerRow : 0) : plainRow
  return rows.test * (withPrompt + without)
}

/** Milliseconds of what the tuned prompt is compared with besides no prompt. */
const duel = (plan: Planned, measured: MeasuredSteps): number =>
  plan.settings.duel === false
    ? 0
    : handWritten(plan, measured) + (scoresLabels(plan.settings) ? baselines(plan, measured) : 0)

/** Milliseconds to choose a hand-written prompt on the validation set, and to evaluate it, mostly with examples, on the test set. */
function handWritten({ settings, rows }: Planned, { plainRow }: MeasuredSteps): number {
  const own = [settings.handWritten ?? '', settings.template.instruction].filter(
    (instruction) => instruction.trim() !== '',
  ).length
  const tried = INSTRUCTIONS + own + WITH_EXAMPLES * EXAMPLES_FACTOR
  return plainRow * (tried * choosingRows(settings, rows.validation) + EXAMPLES_FACTOR * rows.test)
}

/** Milliseconds to learn from one row and one label by a word count, as measured on two cores. */
const WORD_COUNT = 0.3

/** Milliseconds of the baselines: a word count, and a linear probe, which reads all rows once more but for the cached texts. */
function baselines({ settings, rows, labels }: Planned, { precomputeRow, answerRow, plainRow }: MeasuredSteps): number {
  const isCached = sharesCache(settings) && precomputeRow > 0
  const readBy = (name: BaselineName): number => rowsRead(name, rows, labels.length)
  const counting = WORD_COUNT * labels.length * readBy('word count')
  return counting + readBy('linear probe') * (isCached ? answerRow : plainRow)
}

/** Seconds from which a run counts as long, and comes with advice: an hour. */
const LONG = 3600

function adviceOf(fits: boolean, seconds: number): string {
  if (!fits)
    return 'This needs more memory than this computer has free. Close other programs, or choose a smaller batch, fewer virtual tokens or a smaller base model.'
  if (seconds > LONG)
    return 'This takes a while. “Quick” takes 40 % of the steps, and if you stop early, what was learned is kept.'
  return 'It fits in memory. You can keep working while it runs.'
}
