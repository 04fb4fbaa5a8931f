// The learning rate was too low: the loss hardly fell while the gradient stayed the same.
import { usualRate } from '../../train/defaults.ts'
import { curveOf } from '../curve.ts'
import { figuresOf, short } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** Share of its start that a loss falls by at least, where a run learns. */
const minDrop = 0.1
/** A gradient norm within this factor has not changed. */
const alike = 2
/** Good enough that nothing is left to learn. */
const good = 0.9

export const rateTooLow: Rule = (evidence) => {
  const { run, steps, notes } = evidence
  const { learningRate } = run.settings
  const curve = curveOf(evidence)
  if (!curve || (figuresOf(evidence)?.tuned ?? 0) >= good) return undefined
  const { of, start, end, startNorm, endNorm } = curve
  const vanishing = notes.some(({ code }) => code === 'tuning/vanishing')
  const still = Math.abs(start - end) < minDrop * start
  const same = endNorm < alike * startNorm && endNorm > startNorm / alike
  const usual = usualRate(run.settings)
  const low = learningRate <= usual / 2
  // At the usual rate and above, another rule explains a loss that does not fall.
  if (!still || !(vanishing || (same && low))) return undefined
  const rate = low ? usual : Number((learningRate * 3).toPrecision(3))
  return {
    evidence: `In ${String(steps.length)} steps the ${of} loss went from ${short(start)} to ${short(end)}, and the gradient’s usual size from ${short(startNorm)} to ${short(endNorm)}.`,
    change: `Raise the learning rate from ${short(learningRate)} to ${short(rate)}.`,
    settings: { learningRate: rate },
  }
}
