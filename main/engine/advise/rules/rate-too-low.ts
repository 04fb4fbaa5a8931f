// The learning rate was too low: the loss hardly moved while the gradient kept asking for the same.
import { usualRate } from '../../train/defaults.ts'
import { curveOf } from '../curve.ts'
import { short } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** Of its start, a loss that learns loses at least this share. */
const leastDrop = 0.1
/** The gradient has not changed where it stays within this factor. */
const alike = 2

export const rateTooLow: Rule = ({ run: { settings }, steps, notes }) => {
  const curve = curveOf(steps)
  if (!curve) return undefined
  const { start, end, startNorm, endNorm } = curve
  const vanishing = notes.some(({ code }) => code === 'tuning/vanishing')
  const still = end <= start * 1.02 && start - end < leastDrop * start
  const same = endNorm < alike * startNorm && endNorm > startNorm / alike
  const usual = usualRate(settings)
  // From the usual rate on, a loss that stays is another rule's matter.
  if (!still || !(vanishing || (same && settings.learningRate <= usual / 2))) return undefined
  const rate = settings.learningRate <= usual / 2 ? usual : settings.learningRate * 3
  return {
    evidence: `In ${String(steps.length)} steps the training loss went from ${short(start)} to no less than ${short(end)}, and the gradient’s usual size from ${short(startNorm)} to ${short(endNorm)}.`,
    change: `Raise the learning rate from ${short(settings.learningRate)} to ${short(rate)}.`,
    settings: { learningRate: Number(rate.toPrecision(3)) },
  }
}
