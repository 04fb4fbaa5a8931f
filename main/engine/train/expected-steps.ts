// What a run's steps come to, by the sizes that its rows are padded to: some of them are walked through without computing.
import { microBatches, type Sizes } from './micro-batches.ts'
import { stepOrder } from './order.ts'
import type { Sequence } from '../method/layout.ts'

export interface StepPlan extends Sizes {
  readonly sequences: readonly Sequence[]
  readonly batch: number
  readonly seed: number
  /** Of the whole run. */
  readonly steps: number
  /** Sessions that stay open at once. */
  readonly sessions: number
}

export interface ExpectedSteps {
  /** Tokens of a step on average, padding and what was read beforehand included. */
  readonly tokens: number
  /** Sessions that the whole run opens: one for each size, and again where too few of them stay open. */
  readonly openings: number
}

/** Steps that are walked through: several epochs of a small table. */
const walked = 100

export function expectedSteps({ sequences, batch, seed, steps, sessions, ...sizes }: StepPlan): ExpectedSteps {
  const order = stepOrder(
    sequences.map(({ ids }) => ids.length),
    batch,
    seed,
  )
  const count = Math.min(steps, walked)
  const open: string[] = []
  const sorts = new Set<string>()
  let [tokens, openings] = [0, 0]
  for (let step = 1; step <= count; step++) {
    const rows = order(step).flatMap((i) => (sequences[i] ? [{ sequence: sequences[i] }] : []))
    for (const { bucket } of microBatches(rows, sizes)) {
      const key = `${bucket.length} ${bucket.cached}`
      tokens += sizes.rowsAtOnce(bucket) * (bucket.length + bucket.cached)
      sorts.add(key)
      const at = open.indexOf(key)
      if (at >= 0) open.splice(at, 1)
      else openings++
      open.push(key)
      if (open.length > sessions) open.shift()
    }
  }
  const again = (openings - sorts.size) / Math.max(1, count)
  return { tokens: tokens / Math.max(1, count), openings: sorts.size + again * steps }
}
