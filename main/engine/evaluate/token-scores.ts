// Log-probabilities of a chosen token and of the likeliest ones, among the whole vocabulary.
import type { ScoredToken, WrittenToken } from '../../contract/serving.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'

/** `count`: how many of the likeliest are told. Takes time linear in the vocabulary for each token. */
export function tokenScorer(tokenizer: Tokenizer, count: number): (logits: Float32Array, id: number) => WrittenToken {
  return (logits, id) => {
    const normaliser = logSumExp(logits)
    const scored = (token: number): ScoredToken => ({
      text: tokenizer.spell(token),
      logProbability: (logits[token] ?? -Infinity) - normaliser,
    })
    return { ...scored(id), likeliest: largest(logits, count).map(scored) }
  }
}

function logSumExp(values: Float32Array): number {
  let top = -Infinity
  for (const value of values) if (value > top) top = value
  let sum = 0
  for (const value of values) sum += Math.exp(value - top)
  return top + Math.log(sum)
}

/** Indices of the largest values, the largest first. */
function largest(values: Float32Array, count: number): number[] {
  const found: number[] = []
  if (count === 0) return found
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? -Infinity
    if (found.length === count && value <= (values[found[count - 1] ?? 0] ?? -Infinity)) continue
    const at = found.findIndex((other) => value > (values[other] ?? -Infinity))
    found.splice(at < 0 ? found.length : at, 0, i)
    if (found.length > count) found.pop()
  }
  return found
}
