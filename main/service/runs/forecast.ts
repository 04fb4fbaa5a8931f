// What a whole run will take, from a few real steps of it.
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { Preflight, RunPlan } from '../../contract/service.ts'
import { choosingRows } from '../../engine/evaluate/hand-written.ts'
import { isChosen } from '../../engine/task/index.ts'
import { sharesCache } from '../../engine/train/precompute-kv.ts'

/** Rows differ, and other programs come and go beside a run: its end is predicted as a range. */
const QUICKEST = 0.8
const SLOWEST = 1.2

/**
 * Hand-written prompts that are tried on validation rows: an instruction for the kind of task, and two with examples.
 * What stands before the text is precomputed once for all rows; a row behind examples takes a third more than one alone on the starter model.
 */
const IN_WORDS = 1
const WITH_EXAMPLES = 2
const BEHIND_EXAMPLES = 4 / 3

export type Forecast = Omit<Preflight, 'plan' | 'trials' | 'refused' | 'chosen' | 'hardware' | 'because'>

type Planned = Pick<RunPlan, 'settings' | 'rows'>

export function forecast(plan: Planned, measured: MeasuredSteps, available: number): Forecast {
  const { settings, rows } = plan
  const { steps, step, start, opening, precompute, scoreRow, memory } = measured
  const { validateEvery } = settings
  const validations = validateEvery > 0 ? Math.ceil(settings.steps / validateEvery) : 1
  const validating = (1 + validations) * rows.validation * scoreRow
  const around = start + opening + precompute + validating
  const total = (around + settings.steps * step + evaluating(plan, measured) + duel(plan, measured)) / 1000
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

/** Milliseconds of answering the test set with the prompt and without. */
function evaluating({ settings, rows }: Planned, { precomputeRow, answerRow, plainRow }: MeasuredSteps): number {
  const withPrompt = isChosen(settings) ? precomputeRow + answerRow : answerRow
  // The two ask behind the same texts, which were read for the first, unless only one of them has an instruction.
  const isShared = isChosen(settings) && sharesCache(settings) && settings.template.instruction === ''
  const without = isShared ? (precomputeRow > 0 ? answerRow : 0) : plainRow
  return rows.test * (withPrompt + without)
}

/** Milliseconds of choosing a hand-written prompt, mostly one with examples, and answering the test set behind it. */
function duel({ settings, rows }: Planned, { plainRow }: MeasuredSteps): number {
  if (settings.duel === false) return 0
  const own = [settings.handWritten ?? '', settings.template.instruction].filter((words) => words.trim() !== '').length
  const tried = IN_WORDS + own + WITH_EXAMPLES * BEHIND_EXAMPLES
  return plainRow * (tried * choosingRows(settings, rows.validation) + BEHIND_EXAMPLES * rows.test)
}

/** An hour: longer runs deserve a word. */
const LONG = 3600

function adviceOf(fits: boolean, seconds: number): string {
  if (!fits)
    return 'This needs more memory than this computer has free. Close other programs, or choose a smaller batch, fewer virtual tokens or a smaller base model.'
  if (seconds > LONG)
    return 'This takes a while. “Quick” takes 40 % of the steps, and if you stop early, what was learned is kept.'
  return 'It fits in memory. You can keep working while it runs.'
}
