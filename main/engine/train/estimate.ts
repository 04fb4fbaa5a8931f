// Estimates the memory that tuning takes, from the model's shape alone.
import type { DecoderConfig } from '../../contract/model.ts'
import { cachedShare, runProcessBytes, usualRun } from '../../contract/usual-run.ts'
import { kvBytes, parameterCount } from '../model/sizes.ts'
import { rowBytes } from './memory.ts'

/** One step of the usual run: rows, and the tokens of each that follow its cached text. */
const step = { rows: 16, length: 4 } as const

/**
 * Bytes that tuning with default settings takes on a computer with `memory` bytes: float32 weights, cached texts, the
 * activations of one step, and the process.
 */
export function tuningMemory(config: DecoderConfig, memory: number): number {
  const { texts, textTokens } = usualRun
  const cached = Math.min(texts * textTokens * kvBytes(config), memory * cachedShare)
  const size = { length: step.length, cached: textTokens, past: 0, memory: 'normal' } as const
  return runProcessBytes + 4 * parameterCount(config) + cached + step.rows * rowBytes(config, size)
}
