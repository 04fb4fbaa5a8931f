// What a whole run will take, from a few real steps of it.
import { freemem, totalmem } from 'node:os'
import type { MeasuredSteps } from '../contract/compute.ts'
import type { Preflight, RunPlan } from '../contract/service.ts'
import { isChosen } from '../engine/task/index.ts'
import { sharesTexts } from '../engine/train/read-once.ts'

/** Rows differ, and other programs come and go beside a run: its end is told as a range. */
const QUICKEST = 0.8
const SLOWEST = 1.2

/** Bytes for a run: what is free now, or most of it all, since other programs' memory makes way to a part. */
export const availableMemory = (): number => Math.max(freemem(), 0.7 * totalmem())

/** Written prompts that are tried on validation rows; their words are read once, so that a row takes what it takes alone. */
const CHOSEN_BY = 4

export type Forecast = Omit<Preflight, 'plan' | 'trials' | 'refused' | 'chosen' | 'hardware' | 'because'>

export function forecast(
  plan: Pick<RunPlan, 'settings' | 'rows'>,
  measured: MeasuredSteps,
  available: number,
): Forecast {
  const { settings, rows } = plan
  const { steps, step, start, opening, reading, readRow, scoreRow, judgeRow, plainRow, memory } = measured
  const { validateEvery } = settings
  const validations = validateEvery > 0 ? Math.ceil(settings.steps / validateEvery) : 1
  const validating = (1 + validations) * rows.validation * scoreRow
  // Held-out rows are answered with the prompt and without, by texts that are read once for the two, or in a pass each.
  const withPrompt = isChosen(settings) ? readRow + judgeRow : judgeRow
  const without = isChosen(settings) && sharesTexts(settings) ? (readRow > 0 ? judgeRow : 0) : plainRow
  const judging = rows.heldOut * (withPrompt + without)
  const rival = settings.duel === false ? 0 : rows.heldOut + CHOSEN_BY * Math.min(64, rows.validation)
  const total = (start + opening + reading + settings.steps * step + validating + judging + rival * plainRow) / 1000
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

/** An hour: longer runs deserve a word. */
const LONG = 3600

function adviceOf(fits: boolean, seconds: number): string {
  if (!fits)
    return 'This needs more memory than this computer has free. Close other programs, choose a smaller batch or fewer virtual tokens, or a smaller base model.'
  if (seconds > LONG)
    return 'This takes a while. “Quick” takes two fifths of the steps; the studio keeps what it has learned if you stop early.'
  return 'It fits. You can go on working while it runs.'
}
