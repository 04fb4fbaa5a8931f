// What tuning on a model takes of a computer's memory, told from the model's shape alone.
import type { DecoderConfig } from '../../contract/model.ts'
import { elements } from '../../contract/tensor.ts'
import { kvBytes } from '../model/sizes.ts'
import { neededWeights } from '../model/weights.ts'
import { rowBytes } from './memory.ts'

/** A task of the usual size: so many texts of so many tokens are read once, so many are tuned on at a time. */
const usual = { texts: 1000, tokens: 32, batch: 16, tail: 4 }

/** Node, ONNX Runtime and the tokenizer, whatever the model; measured. */
const processBytes = 250e6

/** Share of the memory that texts read once may take at most; beyond it they are read anew. */
const textShare = 0.25

/** How many numbers the model is made of. */
export function parameterCount(config: DecoderConfig): number {
  return [...neededWeights(config).values()].reduce((sum, shape) => sum + elements(shape), 0)
}

/** Bytes that tuning with the defaults takes on a computer with `memory` bytes: float32 weights, texts read once, one step. */
export function tuningMemory(config: DecoderConfig, memory: number): number {
  const texts = Math.min(usual.texts * usual.tokens * kvBytes(config), memory * textShare)
  const step = usual.batch * rowBytes(config, { length: usual.tail, cached: usual.tokens, past: 0, memory: 'normal' })
  return processBytes + 4 * parameterCount(config) + texts + step
}
