// Predicts the tokens and the sessions of a run's steps: forms the batches of some steps without computing them.
import { microBatches, type Sizes } from './micro-batches.ts'
import { stepOrder } from './order.ts'
import type { Sequence } from '../method/layout.ts'

export interface StepPlan extends Sizes {
  readonly sequences: readonly Sequence[]
  readonly batch: number
  readonly seed: number
  /** Steps of the whole run. */
  readonly steps: number
  /** Sessions that stay open at once. */
  readonly sessions: number
}

export interface ExpectedSteps {
  /** Tokens of a step on average, with padding and cached tokens. */
  readonly tokens: number
  /** Sessions that the whole run opens: one for each size, and further ones where it had to close some of them. */
  readonly openings: number
}

/** Steps whose batches are formed: several epochs of a small data set. */
const maxFormed = 100

export function expectedSteps({ sequences, batch, seed, steps, sessions, ...sizes }: StepPlan): ExpectedSteps {
  const order = stepOrder(
    sequences.map(({ ids }) => ids.length),
    batch,
    seed,
  )
  const count = Math.min(steps, maxFormed)
  const open: string[] = []
  const keys = new Set<string>()
  let [tokens, openings] = [0, 0]
  for (let step = 1; step <= count; step++) {
    const rows = order(step).flatMap((i) => (sequences[i] ? [{ sequence: sequences[i] }] : []))
    for (const { bucket } of microBatches(rows, sizes)) {
      const key = `${bucket.length} ${bucket.cached}`
      tokens += sizes.rowsAtOnce(bucket) * (bucket.length + bucket.cached)
      keys.add(key)
      const at = open.indexOf(key)
      if (at >= 0) open.splice(at, 1)
      else openings++
      open.push(key)
      if (open.length > sessions) open.shift()
    }
  }
  const reopeningsPerStep = (openings - keys.size) / Math.max(1, count)
  return { tokens: tokens / Math.max(1, count), openings: keys.size + reopeningsPerStep * steps }
}
