// The run ended while it still learned: stopped by its owner, by patience, or after too few steps.
import { type Curve, curveOf } from '../curve.ts'
import { figuresOf, short, stated } from '../figures.ts'
import type { Evidence, Rule } from '../rule.ts'

/** A run still learns where its second half lowers the loss by this share of what the first half did, for the same sum of learning rates. */
const pace = 0.7
/** Good enough that more steps are not worth it. */
const good = 0.95
/** A loss below this share of its start has little left to lose. */
const spent = 0.3

export const stoppedEarly: Rule = (evidence) => {
  const { run, steps, validations } = evidence
  const { settings } = run
  const curve = curveOf(evidence)
  const last = steps.at(-1)?.step ?? 0
  const figures = figuresOf(evidence)
  if (run.state !== 'finished' || !curve || (figures && figures.tuned >= good)) return undefined
  if (curve.end < spent * curve.start || !learnedToTheEnd(curve, evidence)) return undefined
  const seen = `Its ${curve.of} loss still fell when it ended at step ${String(last)}: ${short(curve.start)} at first, ${short(curve.middle ?? NaN)} half-way, ${short(curve.end)} at last.`
  const result = figures ? ` ${stated(figures)}.` : ''
  if (last >= settings.steps)
    return {
      evidence: `${seen}${result}`,
      change: `Take ${String(settings.steps * 2)} steps instead of ${String(settings.steps)}.`,
      settings: { steps: settings.steps * 2 },
    }
  if (settings.patience > 0 && validations.slice(-settings.patience).every(({ best }) => !best))
    return {
      evidence: `${seen}${result}`,
      change: `Let it run to its last step, instead of ending after ${String(settings.patience)} validations without a better one.`,
      settings: { patience: 0 },
    }
  return {
    evidence: `${seen}${result}`,
    change: `Let it run to its last step, ${String(settings.steps)}.`,
    settings: { steps: settings.steps },
  }
}

/** Whether the loss fell to the end, and the best validation is a late one. */
function learnedToTheEnd({ start, middle, end }: Curve, { steps, validations }: Evidence): boolean {
  const last = steps.at(-1)?.step ?? 0
  const rateOf = (some: typeof steps): number => some.reduce((sum, { learningRate }) => sum + learningRate, 0)
  const share = rateOf(steps.filter(({ step }) => step > last / 2)) / rateOf(steps)
  const best = validations.findLast((each) => each.best)
  const lateBest = best === undefined || best === validations.at(-1) || best.step >= 0.75 * last
  return lateBest && middle !== undefined && start > 1.1 * end && (middle - end) / (start - end) >= pace * share
}
