// Which examples stand in which step: a function of seed and step alone, so that a resumed run reads the same ones.
import type { Sequence } from '../method/layout.ts'
import { createRandom } from '../random.ts'
import type { Bucket } from './micro-batches.ts'

/** Steps whose examples are sorted together: long rows meet long rows, and chance still decides. */
const stepsSortedTogether = 8

/** Examples of an epoch by step, as indices. Each example occurs once; the last step may be smaller. */
function epochOrder(lengths: readonly number[], batch: number, seed: number, epoch: number): number[][] {
  // Beyond 2^53 the epoch would be lost in rounding, and every epoch the same.
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
    const wanted = Math.floor((step - 1) / stepsAnEpoch)
    if (wanted !== epoch) {
      epoch = wanted
      order = epochOrder(lengths, batch, seed, epoch)
    }
    return order[(step - 1) % stepsAnEpoch] ?? []
  }
}

/**
 * A few sizes that sequences are padded to: each costs a session, each missing one costs padding. `isCached`: their
 * constant starts have been read beforehand.
 */
export function bucketsOf(sequences: readonly Sequence[], isCached: boolean): Bucket[] {
  if (!isCached)
    return quantiles(
      sequences.map(({ ids }) => ids.length),
      [0.5, 0.9, 1],
    ).map((length) => ({ length, cached: 0 }))
  // What follows the texts is short and much alike.
  const length = sequences.reduce((most, { ids, constant }) => Math.max(most, ids.length - constant), 0)
  // What was read costs little to pad: a session less is worth more.
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
