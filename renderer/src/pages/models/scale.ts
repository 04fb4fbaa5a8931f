// Numbers of parameters as people say them.

/** 134515008 -> "135 million". */
export function scale(parameters: number): string {
  if (parameters < 1e6) return `${(parameters / 1000).toFixed(1)} thousand`
  if (parameters < 1e9) return `${Math.round(parameters / 1e6)} million`
  return `${(parameters / 1e9).toFixed(1)} billion`
}

/** Bytes that tuning a model of so many parameters takes, about: float32 weights and what stands around them. */
export const roughMemory = (parameters: number): number => 4.4 * parameters + 0.6e9

/** "1.7 billion" -> 1.7e9. */
export function parametersOf(words: string): number {
  const [value = '0', unit] = words.split(' ')
  return Number(value) * (unit === 'billion' ? 1e9 : 1e6)
}
