// What a step takes of the memory, and how many rows may run at once in what there is.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { LossName, MemoryName, TuneSettings } from '../../contract/settings.ts'
import type { BatchShape } from '../method/batch.ts'
import { kvBytes, weightBytes } from '../model/sizes.ts'
import { hasOwnCopies, withoutCopies } from '../model/weights.ts'
import { meanAttendedKeys } from '../network/attention.ts'
import type { Bucket } from './micro-batches.ts'

/** Rows of one size in one step: `past` are virtual keys and values before them. */
export interface StepSize extends Pick<BatchShape, 'length' | 'cached' | 'past'> {
  readonly memory: MemoryName
}

/**
 * Bytes of the process that steps, beside weights and activations: Node and ONNX Runtime with the graph of one session;
 * measured. A whole run has more sessions and the tokenizer: `runProcessBytes`.
 */
const stepProcessBytes = 140e6
/** What is made of compact weights while they are used, and what the allocator loses over it; measured. */
const quantisedBytes = 90e6

/**
 * Floats that a layer keeps of each token for its backward pass, counted off the graph: the sums before both halves,
 * rotated queries and keys, values, what attention gathers of them, three rows of the feed-forward size, and attention's
 * weights.
 */
const storedFloats = ({ hidden, heads, kvHeads, headDim, intermediate }: DecoderConfig, keys: number): number =>
  2 * hidden + 2 * (heads + kvHeads) * headDim + 3 * intermediate + heads * keys

/** Floats of each token that one layer holds while it is computed, backwards as well. */
const busyFloats = ({ hidden, heads, kvHeads, headDim, intermediate }: DecoderConfig, keys: number): number =>
  2 * (6 * hidden + 5 * (heads + kvHeads) * headDim + 5 * intermediate) + 3 * heads * keys

/** Bytes that one row's activations, and its text where that was read beforehand, hold at most during a step. */
export function rowBytes(config: DecoderConfig, { length, cached, past, memory }: StepSize): number {
  const span = length + cached + past
  const keys = meanAttendedKeys(length, span)
  const stored = memory === 'low' ? config.hidden : storedFloats(config, keys)
  const texts = 2 * kvBytes(config) * cached
  // What each token may see, of this step and of the one before.
  const maskFloats = 2 * span
  // Of the last layer only the tokens that the loss asks for go on: it keeps what enters it, and keys and values.
  const last = 2 * config.hidden + 2 * config.kvHeads * config.headDim
  return 4 * length * ((config.layers - 1) * stored + last + busyFloats(config, keys) + maskFloats) + texts
}

/** Share of all memory that weights in the order of their kernels may take. */
const packedShare = 1 / 4

/**
 * The rule: whether a step's sessions copy the weights into the order of their kernels. Where forwards and backwards each
 * have their own 8-bit copy, always: the packed one takes its place. Where texts were read beforehand and memory is not
 * short, if the copies of both passes fit into a quarter of all memory for every session: a step then reads few tokens,
 * and would spend most of its time on the order of the weights; 190 ms a step instead of 285.
 */
export function packsWeights(
  model: Pick<PreparedModel, 'weights' | 'quantised'>,
  { memory = 'normal' }: Pick<TuneSettings, 'memory'>,
  { loss, sessions, isCached }: { readonly loss: LossName; readonly sessions: number; readonly isCached: boolean },
  total: number,
): boolean {
  if (memory === 'low') return false
  return hasOwnCopies(model) || (isCached && 2 * sessions * weightBytes(model, loss) <= packedShare * total)
}

/** Bytes that the process holds at most while it steps with so many rows at once, beside texts that were read once. */
export function stepMemory(
  model: Pick<PreparedModel, 'config' | 'weights' | 'quantised'>,
  loss: LossName,
  size: StepSize,
  rows: number,
): number {
  const compact = model.quantised && Object.keys(model.quantised).length > 0 ? quantisedBytes : 0
  return stepProcessBytes + compact + weightBytes(model, loss) + rows * rowBytes(model.config, size)
}

/**
 * Tokens that run at once at most: enough to keep matrix products at their full speed, few enough that what stands
 * between them stays near the cores. 544 tokens at once took 12 % less time a token than 2,176, and 42 % of the memory.
 */
const tokensAtOnce = 640

/** Rows of a size that run at once: the batch, or even parts of it, within `tokensAtOnce` and within `bytes`. */
export function microBatch(config: DecoderConfig, size: StepSize, batch: number, bytes: number): number {
  const limit = Math.min(bytes / rowBytes(config, size), tokensAtOnce / size.length)
  const fitting = Math.min(batch, Math.max(1, Math.floor(limit)))
  return Math.ceil(batch / Math.ceil(batch / fitting))
}

/** Share of all memory that a step's activations may take. */
const memoryShare = 0.25
/** Share that they may take however large the rest is. */
const minShare = 1 / 16
/** Share that a run may take in all. */
const runShare = 0.7

/**
 * Bytes for a step's activations on a computer of `total` bytes, behind all else that a run holds. Not of what is free
 * now: a run that is resumed would add up in another order, and no longer give the same numbers.
 */
export function activationBudget(
  model: Pick<PreparedModel, 'config' | 'weights' | 'quantised'>,
  loss: LossName,
  total: number,
): number {
  const none = stepMemory(model, loss, { length: 0, cached: 0, past: 0, memory: 'low' }, 0)
  return Math.max(total * minShare, Math.min(total * memoryShare, total * runShare - none))
}

/** Rows of each size that a run's steps put through at once, on a computer of `total` bytes. */
export function rowsAtOnce(
  model: Pick<PreparedModel, 'config' | 'weights' | 'quantised'>,
  { loss, memory = 'normal', tokens }: Pick<TuneSettings, 'loss' | 'memory' | 'tokens'>,
  batch: number,
  total: number,
): (bucket: Bucket) => number {
  const budget = activationBudget(model, loss, total)
  return (bucket) => microBatch(model.config, { ...bucket, past: tokens, memory }, batch, budget)
}

/** The model as a run holds it: with little memory, one copy of each weight serves both passes. */
export const modelInMemory = (model: PreparedModel, { memory }: Pick<TuneSettings, 'memory'>): PreparedModel =>
  memory === 'low' ? withoutCopies(model) : model
