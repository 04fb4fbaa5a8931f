// Draws the next token from logits: greedy, by temperature, among the likeliest by top-k, top-p and min-p.
import type { TokenChoice } from '../../contract/sampling.ts'
import type { Random } from '../random.ts'
import { best } from './best.ts'
import { largestByCount, largestByMass, type Largest, massOf, visitLargest } from './largest.ts'

export type Draw = Pick<TokenChoice, 'temperature' | 'topK' | 'topP' | 'minP'>

/** Id of the drawn token, from logits [V]; temperature 0 = argmax. Takes time linear in V: nothing is sorted. */
export function sample(logits: Float32Array, draw: Draw, random: Random): number {
  let chosen = best(logits)
  if (draw.temperature <= 0) return chosen
  const shares = sharesOf(logits, draw.temperature)
  const kept = keptOf(shares, draw)
  let left = random.next() * massOf(shares, kept)
  visitLargest(shares, kept, (share, id) => {
    chosen = id
    left -= share
    return left > 0
  })
  return chosen
}

/** Probabilities after temperature, in units of the likeliest token's. */
export function sharesOf(logits: Float32Array, temperature: number): Float64Array {
  const top = logits[best(logits)] ?? 0
  const shares = new Float64Array(logits.length)
  for (let id = 0; id < shares.length; id++) shares[id] = Math.exp(((logits[id] ?? 0) - top) / temperature)
  return shares
}

/**
 * The tokens that are drawn from. In the order of transformers: top-k (Fan et al. 2018), top-p among those (Holtzman et al.
 * 2020), min-p among those (Nguyen et al. 2024).
 */
export function keptOf(shares: Float64Array, { topK = 0, topP, minP = 0 }: Draw): Largest {
  let kept: Largest = { least: 0, ties: Infinity }
  if (topK > 0 && topK < shares.length) kept = largestByCount(shares, kept, topK)
  if (topP < 1) kept = largestByMass(shares, kept, topP * massOf(shares, kept))
  return minP > kept.least ? { least: minP, ties: Infinity } : kept
}
