// Chooses the next token from logits: greedy, by temperature, by nucleus.
import type { SamplingSettings } from '../../contract/compute.ts'
import type { Random } from '../random.ts'
import { best } from './best.ts'

/** Id of the sampled token, from logits [V]; temperature 0 = argmax. Nucleus sampling: Holtzman et al. 2020. */
export function sample(
  logits: Float32Array,
  { temperature, topP }: Pick<SamplingSettings, 'temperature' | 'topP'>,
  random: Random,
): number {
  if (temperature <= 0) return best(logits)
  const top = logits.reduce((max, value) => Math.max(max, value), -Infinity)
  const shares = Float64Array.from(logits, (value) => Math.exp((value - top) / temperature))
  const ranked = Array.from(shares.keys()).sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const nucleus = topP >= 1 ? total : nucleusMass(ranked, shares, topP * total)
  let left = random.next() * nucleus
  for (const id of ranked) {
    left -= shares[id] ?? 0
    if (left <= 0) return id
  }
  return ranked[0] ?? 0
}

/** Weight of the smallest set of likeliest tokens that reaches `wanted`. */
function nucleusMass(ranked: readonly number[], shares: Float64Array, wanted: number): number {
  let mass = 0
  for (const id of ranked) {
    mass += shares[id] ?? 0
    if (mass >= wanted) break
  }
  return mass
}
