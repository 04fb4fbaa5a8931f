// Numbers of parameters as text, and the memory that tuning a model of that size takes.
import { cachedShare, runProcessBytes, usualRun } from '../../../../main/contract/usual-run.ts'

/** 134515008 -> "135 million". */
export function scale(parameters: number): string {
  if (parameters < 1e6) return `${(parameters / 1000).toFixed(1)} thousand`
  if (parameters < 1e9) return `${Math.round(parameters / 1e6)} million`
  return `${(parameters / 1e9).toFixed(1)} billion`
}

/** The measured KV cache of one model: bytes of keys and values per token at this number of parameters. */
const known = { parameters: 135e6, bytesPerToken: 46_080 }

/**
 * Estimates the bytes that tuning takes: float32 weights and cached texts. The keys and values of a token grow more
 * slowly than the model: from 46 KB at 135 million parameters to 262 KB at 7 billion.
 */
export function roughMemory(parameters: number, memory: number): number {
  const perToken = known.bytesPerToken * (parameters / known.parameters) ** 0.45
  const cached = Math.min(usualRun.texts * usualRun.textTokens * perToken, cachedShare * memory)
  return runProcessBytes + 4 * parameters + cached
}

/** "1.7 billion" -> 1.7e9. */
export function parametersOf(text: string): number {
  const [value = '0', unit] = text.split(' ')
  return Number(value) * (unit === 'billion' ? 1e9 : 1e6)
}
