// Numbers of parameters as people say them.

/** 134515008 -> "135 million". */
export function scale(parameters: number): string {
  if (parameters < 1e6) return `${(parameters / 1000).toFixed(1)} thousand`
  if (parameters < 1e9) return `${Math.round(parameters / 1e6)} million`
  return `${(parameters / 1e9).toFixed(1)} billion`
}

/** A model of this many parameters keeps this many bytes for each token that it has read. */
const known = { parameters: 135e6, bytesPerToken: 46_080 }
/** What is read once for a task of the usual size, up to a share of the memory. */
const usual = { tokens: 32_000, share: 0.25 }
const processBytes = 250e6

/**
 * Bytes that tuning a model of so many parameters takes, about: float32 weights, and texts read once. What a token
 * keeps grows more slowly than the model: from 46 KB at 135 million parameters to 262 KB at 7 billion.
 */
export function roughMemory(parameters: number, memory: number): number {
  const perToken = known.bytesPerToken * (parameters / known.parameters) ** 0.45
  return processBytes + 4 * parameters + Math.min(usual.tokens * perToken, usual.share * memory)
}

/** "1.7 billion" -> 1.7e9. */
export function parametersOf(words: string): number {
  const [value = '0', unit] = words.split(' ')
  return Number(value) * (unit === 'billion' ? 1e9 : 1e6)
}
