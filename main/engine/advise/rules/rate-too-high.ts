// The learning rate was too high: the loss stopped being a number, jumped, ended above its start, or stayed where large steps had put it.
import { usualRate } from '../../train/defaults.ts'
import { type Curve, curveOf } from '../curve.ts'
import { poorFigures, short, stated } from '../figures.ts'
import type { Evidence, Rule } from '../rule.ts'

/** A loss that ends at this many times its start has risen. */
const above = 1.1
/** A rate this many times the usual one explains a poor result, and the advice is the usual one. */
const far = 3

export const rateTooHigh: Rule = (evidence) => {
  const { settings } = evidence.run
  const usual = usualRate(settings)
  const seen = stopped(evidence) ?? rose(evidence) ?? farAbove(evidence, usual)
  if (seen === undefined) return undefined
  const rate = settings.learningRate > far * usual ? usual : Number((settings.learningRate / far).toPrecision(2))
  return {
    evidence: seen,
    change: `Lower the learning rate from ${short(settings.learningRate)} to ${short(rate)}.`,
    settings: { learningRate: rate },
  }
}

function stopped({ notes, run }: Evidence): string | undefined {
  const alarm = notes.find(({ code }) => code === 'tuning/not-finite')
  const rate = `with a learning rate of ${short(run.settings.learningRate)}`
  if (alarm) return `The loss stopped being a number at step ${String(alarm.step)}, ${rate}.`
  return run.state === 'diverged' ? `Training diverged ${rate}: the loss ended far above the best one.` : undefined
}

function rose(evidence: Evidence): string | undefined {
  const curve = curveOf(evidence)
  if (!curve || curve.end <= curve.start) return undefined
  const jump = evidence.notes.find(({ code }) => code === 'tuning/exploding')
  const loss = `The ${curve.of} loss went from ${short(curve.start)} up to ${short(curve.end)}`
  if (jump) return `${loss}, and the gradient jumped at step ${String(jump.step)}.`
  // Validation that rises while training falls is over-fitting; batches that differ make the training loss waver.
  const learned = curve.of === 'training' || trainingFell(evidence)
  return curve.end > above * curve.start && !learned ? `${loss}; ${gradients(curve)}.` : undefined
}

function trainingFell({ steps }: Evidence): boolean {
  const half = steps.length >> 1
  const sum = (some: typeof steps): number => some.reduce((total, { loss }) => total + loss, 0) / some.length
  return sum(steps.slice(half)) < sum(steps.slice(0, half))
}

function farAbove(evidence: Evidence, usual: number): string | undefined {
  const { learningRate } = evidence.run.settings
  const curve = curveOf(evidence)
  const figures = poorFigures(evidence)
  if (!curve || !figures || learningRate <= far * usual) return undefined
  return `The learning rate ${short(learningRate)} is ${short(learningRate / usual)} times the usual one, and ${gradients(curve)}. ${stated(figures)}.`
}

const gradients = ({ startNorm, endNorm }: Curve): string =>
  `the gradient’s usual size went from ${short(startNorm)} to ${short(endNorm)}`
