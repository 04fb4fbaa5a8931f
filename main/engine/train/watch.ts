// Watches the gradient norm over a run, and warns when it vanishes or explodes; watches whether the loss has exploded.
import { studioError } from '../../contract/errors/index.ts'
import { mean, median } from '../statistics.ts'

export interface Alarm {
  readonly code: string
  readonly message: string
}

/** A norm is compared with the median of this many steps before it. */
const recentSteps = 20
const explodingFactor = 50
/** Below this a float32 update is lost in rounding. */
const vanishingNorm = 1e-7
/** Steps in a row below `vanishingNorm` before the warning. */
const vanishingSteps = 5

/** Returns a function to call with each step's gradient norm; it answers with an alarm, once for each kind. */
export function watchGradient(): (norm: number) => Alarm | undefined {
  const recent: number[] = []
  const raised = new Set<string>()
  let small = 0
  const raise = (error: Alarm): Alarm | undefined => {
    if (raised.has(error.code)) return undefined
    raised.add(error.code)
    return { code: error.code, message: error.message }
  }
  return (norm) => {
    const usual = median(recent)
    const jumped = recent.length === recentSteps && norm > explodingFactor * Math.max(usual, vanishingNorm)
    if (recent.push(norm) > recentSteps) recent.shift()
    small = norm < vanishingNorm ? small + 1 : 0
    if (jumped) return raise(studioError('tuning/exploding', norm.toPrecision(2), usual.toPrecision(2)))
    if (small >= vanishingSteps) return raise(studioError('tuning/vanishing', norm.toExponential(1)))
    return undefined
  }
}

/** A run has exploded where its last training losses are this many times the best validation loss, and this many nats more. */
const explodedFactor = 3
const explodedMargin = 1
/** The last steps of a run: one batch's loss is noisy. */
const lastSteps = 10

export interface LossWatch {
  /** Adds a step's training loss. */
  push(loss: number): void
  /**
   * Whether training has blown up. Over-fitting raises the validation loss while the training loss falls, so the training
   * losses are compared with the best validation loss: a run that learns, or only fails to, stays near it.
   */
  hasExploded(bestLoss: number | undefined): boolean
}

export function watchLoss(): LossWatch {
  const recent: number[] = []
  return {
    push(loss) {
      if (recent.push(loss) > lastSteps) recent.shift()
    },
    hasExploded: (bestLoss = Infinity) =>
      recent.length === lastSteps && mean(recent) > explodedFactor * bestLoss + explodedMargin,
  }
}
