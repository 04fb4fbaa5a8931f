// The learning rate was too high: the loss ended above where it began, jumped, or stopped being a number.
import { usualRate } from '../../train/defaults.ts'
import { type Curve, curveOf } from '../curve.ts'
import { short } from '../figures.ts'
import type { Evidence, Rule } from '../rule.ts'

/** A training loss that ends this much above its start has not just had an unlucky batch. */
const above = 1.1
const alarms = ['tuning/not-finite', 'tuning/exploding']
/** A rate this many times the usual one goes straight back to it. */
const far = 3

export const rateTooHigh: Rule = (evidence) => {
  const { settings } = evidence.run
  const seen = signOf(evidence)
  if (seen === undefined) return undefined
  const usual = usualRate(settings)
  const rate = settings.learningRate > far * usual ? usual : Number((settings.learningRate / far).toPrecision(2))
  return {
    evidence: seen,
    change: `Lower the learning rate from ${short(settings.learningRate)} to ${short(rate)}.`,
    settings: { learningRate: rate },
  }
}

function signOf({ steps, notes, run }: Evidence): string | undefined {
  const alarm = notes.find(({ code }) => alarms.includes(code))
  const curve = curveOf(steps)
  if (alarm?.code === 'tuning/not-finite')
    return `The loss stopped being a number at step ${String(alarm.step)}, with a learning rate of ${short(run.settings.learningRate)}.`
  if (!curve) return undefined
  const rose = curve.end > above * curve.start
  // A jump that the run recovered from was no harm.
  const jumped = alarm !== undefined && curve.end > curve.start
  return rose || jumped ? shapeOf(curve, jumped ? alarm.step : undefined) : undefined
}

function shapeOf({ start, end, startNorm, endNorm }: Curve, jump: number | undefined): string {
  const loss = `The training loss went from ${short(start)} up to ${short(end)}`
  return jump === undefined
    ? `${loss}; the gradient’s usual size from ${short(startNorm)} to ${short(endNorm)}.`
    : `${loss}, and the gradient jumped at step ${String(jump)}.`
}
