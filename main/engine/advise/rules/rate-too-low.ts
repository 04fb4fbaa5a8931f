// The learning rate was too low: the loss hardly moved while the gradient kept asking for the same.
import { usualRate } from '../../train/defaults.ts'
import { curveOf } from '../curve.ts'
import { figuresOf, short } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** Of its start, a loss that learns loses at least this share. */
const leastDrop = 0.1
/** The gradient has not changed where it stays within this factor. */
const alike = 2
/** Nothing needs to be learned that is known. */
const good = 0.9

export const rateTooLow: Rule = (evidence) => {
  const { run, steps, notes } = evidence
  const { learningRate } = run.settings
  const curve = curveOf(evidence)
  if (!curve || (figuresOf(evidence)?.tuned ?? 0) >= good) return undefined
  const { of, start, end, startNorm, endNorm } = curve
  const vanishing = notes.some(({ code }) => code === 'tuning/vanishing')
  const still = Math.abs(start - end) < leastDrop * start
  const same = endNorm < alike * startNorm && endNorm > startNorm / alike
  const usual = usualRate(run.settings)
  const low = learningRate <= usual / 2
  // From the usual rate on, a loss that stays is another rule's matter.
  if (!still || !(vanishing || (same && low))) return undefined
  const rate = low ? usual : Number((learningRate * 3).toPrecision(3))
  return {
    evidence: `In ${String(steps.length)} steps the ${of} loss went from ${short(start)} to ${short(end)}, and the gradient’s usual size from ${short(startNorm)} to ${short(endNorm)}.`,
    change: `Raise the learning rate from ${short(learningRate)} to ${short(rate)}.`,
    settings: { learningRate: rate },
  }
}
