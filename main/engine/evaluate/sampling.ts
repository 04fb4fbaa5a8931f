// Chooses the next token from logits: greedy, by temperature, by nucleus.
import type { SamplingSettings } from '../../contract/sampling.ts'
import type { Random } from '../random.ts'
import { best } from './best.ts'

/**
 * Id of the sampled token, from logits [V]; temperature 0 = argmax. Nucleus sampling: Holtzman et al. 2020. Takes time
 * linear in V: nothing is sorted.
 */
export function sample(
  logits: Float32Array,
  { temperature, topP }: Pick<SamplingSettings, 'temperature' | 'topP'>,
  random: Random,
): number {
  const likeliest = best(logits)
  if (temperature <= 0) return likeliest
  const top = logits[likeliest] ?? 0
  const shares = new Float64Array(logits.length)
  for (let id = 0; id < shares.length; id++) shares[id] = Math.exp(((logits[id] ?? 0) - top) / temperature)
  const total = sumOf(shares, 0, shares.length)
  const nucleus = topP >= 1 ? { least: 0, ties: Infinity, mass: total } : nucleusOf(shares, topP * total)
  let left = random.next() * nucleus.mass
  let ties = nucleus.ties
  let chosen = likeliest
  for (let id = 0; id < shares.length; id++) {
    const share = shares[id] ?? 0
    if (share < nucleus.least || share === 0 || (share === nucleus.least && ties-- <= 0)) continue
    chosen = id
    left -= share
    if (left <= 0) break
  }
  return chosen
}

/** The smallest set of likeliest tokens that reaches a mass: all above `least`, and the first `ties` of those equal to it. */
interface Nucleus {
  readonly least: number
  readonly ties: number
  /** What the set weighs. */
  readonly mass: number
}

/** Selects by mass as quickselect (Hoare 1961) selects by rank: each pass orders what is left around a pivot. */
function nucleusOf(shares: Float64Array, wanted: number): Nucleus {
  const rest = shares.slice()
  let [from, to, mass] = [0, rest.length, 0]
  for (;;) {
    const pivot = middleOf(rest, from, to)
    const [above, below] = partition(rest, from, to, pivot)
    const aboveMass = sumOf(rest, from, above)
    if (above > from && mass + aboveMass >= wanted) {
      to = above
      continue
    }
    mass += aboveMass
    // A pivot of 0 is a share too small for a float: such tokens are never chosen.
    const needed = pivot > 0 ? Math.max(1, Math.ceil((wanted - mass) / pivot)) : 0
    if (needed <= below - above || below === to) {
      const ties = Math.min(needed, below - above)
      return { least: pivot, ties, mass: mass + ties * pivot }
    }
    mass += (below - above) * pivot
    from = below
  }
}

/** Orders shares[from..to) as greater than the pivot, equal to it, less; gives where the equal and the lesser ones begin. */
function partition(shares: Float64Array, from: number, to: number, pivot: number): [equal: number, less: number] {
  let [above, at, below] = [from, from, to]
  while (at < below) {
    const share = shares[at] ?? 0
    if (share > pivot) {
      shares[at++] = shares[above] ?? 0
      shares[above++] = share
    } else if (share < pivot) {
      shares[at] = shares[--below] ?? 0
      shares[below] = share
    } else at++
  }
  return [above, below]
}

/** The median of the first, the middle and the last share. */
function middleOf(shares: Float64Array, from: number, to: number): number {
  const [a, b, c] = [shares[from] ?? 0, shares[(from + to) >> 1] ?? 0, shares[to - 1] ?? 0]
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

function sumOf(shares: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += shares[i] ?? 0
  return sum
}
