// The order of examples: a function of random seed and step alone, so that a resumed run trains on the same ones.
import type { Sequence } from '../method/layout.ts'
import { createRandom } from '../random.ts'
import type { Bucket } from './micro-batches.ts'

/** Steps whose examples are sorted by length together: rows of similar length share a step, in an order that stays random. */
const stepsSortedTogether = 8

/** Examples of an epoch by step, as indices. Each example occurs once; the last step may be smaller. */
function epochOrder(lengths: readonly number[], batch: number, seed: number, epoch: number): number[][] {
  // Seeds above 2^53 would lose the epoch in rounding, and every epoch would have the same order.
  const random = createRandom((seed % 2 ** 32) * 1_000_003 + epoch)
  const shuffled = random.shuffle(lengths.map((_, i) => i))
  const steps: number[][] = []
  for (let start = 0; start < shuffled.length; start += batch * stepsSortedTogether) {
    const some = shuffled.slice(start, start + batch * stepsSortedTogether)
    some.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
    for (let at = 0; at < some.length; at += batch) steps.push(some.slice(at, at + batch))
  }
  return random.shuffle(steps)
}

/** Gives the examples of step number `step` (from 1). */
export function stepOrder(
  lengths: readonly number[],
  batch: number,
  seed: number,
): (step: number) => readonly number[] {
  const stepsAnEpoch = Math.ceil(lengths.length / batch)
  let epoch = -1
  let order: number[][] = []
  return (step) => {
    const epochOfStep = Math.floor((step - 1) / stepsAnEpoch)
    if (epochOfStep !== epoch) {
      epoch = epochOfStep
      order = epochOrder(lengths, batch, seed, epoch)
    }
    return order[(step - 1) % stepsAnEpoch] ?? []
  }
}

/**
 * The few static sizes that sequences are padded to: each size costs a session, too few cost padding. `isCached`: the
 * keys and values of the sequences' constant starts are cached.
 */
export function bucketsOf(sequences: readonly Sequence[], isCached: boolean): Bucket[] {
  if (!isCached)
    return quantiles(
      sequences.map(({ ids }) => ids.length),
      [0.5, 0.9, 1],
    ).map((length) => ({ length, cached: 0 }))
  // Tokens after the cached texts are few, and about as many in each row: one size suffices.
  const length = sequences.reduce((max, { ids, constant }) => Math.max(max, ids.length - constant), 0)
  // Padding of cached tokens costs less than a further session.
  const cached = quantiles(
    sequences.map(({ constant }) => constant),
    [0.9, 1],
  )
  const [usual = 0, longest = usual] = cached
  return (longest <= 2 * usual ? [longest] : cached).map((each) => ({ length, cached: each }))
}

function quantiles(lengths: readonly number[], shares: readonly number[]): number[] {
  const sorted = [...lengths].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 8
  const rounded = shares.map((share) => Math.ceil(at(share) / 8) * 8)
  return [...new Set(rounded)]
}
