// Estimates the memory of a training step, and how many rows a micro-batch may hold.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { LossName, MemoryName, TuneSettings } from '../../contract/settings.ts'
import type { BatchShape } from '../method/batch.ts'
import { kvBytes, weightBytes } from '../model/sizes.ts'
import { hasOwnCopies, withoutCopies } from '../model/weights.ts'
import { meanAttendedKeys } from '../network/attention.ts'
import type { Bucket } from './micro-batches.ts'

/** The size of a step's rows; `past`: past keys and values before them. */
export interface StepSize extends Pick<BatchShape, 'length' | 'cached' | 'past'> {
  readonly memory: MemoryName
}

/**
 * Bytes of the training process besides weights and activations: Node, and ONNX Runtime with the graph of one session;
 * measured. A whole run has more sessions and the tokenizer: `runProcessBytes`.
 */
const stepProcessBytes = 140e6
/** Bytes for dequantising weights while they are used, with the allocator's fragmentation; measured. */
const quantisedBytes = 90e6

/**
 * Floats per token that a layer stores for its backward pass, counted in the graph: the residual stream before attention
 * and before the feed-forward block, rotated queries and keys, values, attention's result, three vectors of the
 * feed-forward width, and the attention weights.
 */
const storedFloats = ({ hidden, heads, kvHeads, headDim, intermediate }: DecoderConfig, keys: number): number =>
  2 * hidden + 2 * (heads + kvHeads) * headDim + 3 * intermediate + heads * keys

/** Floats per token that a layer holds while it is computed, forwards or backwards. */
const busyFloats = ({ hidden, heads, kvHeads, headDim, intermediate }: DecoderConfig, keys: number): number =>
  2 * (6 * hidden + 5 * (heads + kvHeads) * headDim + 5 * intermediate) + 3 * heads * keys

/** Peak bytes of one row during a step: its activations, and its cached keys and values. */
export function rowBytes(config: DecoderConfig, { length, cached, past, memory }: StepSize): number {
  const span = length + cached + past
  const keys = meanAttendedKeys(length, span)
  const stored = memory === 'low' ? config.hidden : storedFloats(config, keys)
  const texts = 2 * kvBytes(config) * cached
  // The attention masks of this step and of the one before.
  const maskFloats = 2 * span
  // After the last layer only target positions are computed: it stores its input, and keys and values.
  const last = 2 * config.hidden + 2 * config.kvHeads * config.headDim
  return 4 * length * ((config.layers - 1) * stored + last + busyFloats(config, keys) + maskFloats) + texts
}

/** Share of all memory that packed weights may take. */
const packedShare = 1 / 4

/**
 * The rule for packing, which copies a session's weights into the order of the matrix kernels. Where the forward and the
 * backward pass each have their own 8-bit copy, always: the packed weights replace it. With cached texts and normal memory,
 * if the packed weights of both passes fit into a quarter of all memory for every session: a step then computes few tokens
 * and would spend most of its time on packing; 190 ms a step instead of 285. Never with little memory.
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

/** Peak bytes of the process during steps with micro-batches of `rows` rows, without the KV cache of the texts. */
export function stepMemory(
  model: Pick<PreparedModel, 'config' | 'weights' | 'quantised'>,
  loss: LossName,
  size: StepSize,
  rows: number,
): number {
  const dequantising = model.quantised && Object.keys(model.quantised).length > 0 ? quantisedBytes : 0
  return stepProcessBytes + dequantising + weightBytes(model, loss) + rows * rowBytes(model.config, size)
}

/**
 * Tokens of a micro-batch at most: enough for matrix products at full speed, and few enough that activations stay in the
 * processor's caches. With 544 tokens a token took 12 % less time than with 2,176, and 42 % of the memory.
 */
const tokensAtOnce = 640

/** Rows of a micro-batch: the batch, or equal parts of it, within `tokensAtOnce` and within `bytes` of activations. */
export function microBatch(config: DecoderConfig, size: StepSize, batch: number, bytes: number): number {
  const limit = Math.min(bytes / rowBytes(config, size), tokensAtOnce / size.length)
  const fitting = Math.min(batch, Math.max(1, Math.floor(limit)))
  return Math.ceil(batch / Math.ceil(batch / fitting))
}

/** Share of all memory that a step's activations may take. */
const memoryShare = 0.25
/** Share that activations may take however large the rest is. */
const minShare = 1 / 16
/** Share that a run may take in all. */
const runShare = 0.7

/**
 * Bytes for a step's activations on a computer of `total` bytes, after all else that a run holds. It does not depend on the
 * memory that is free now: a resumed run would have other micro-batches, sum in another order and give other numbers.
 */
export function activationBudget(
  model: Pick<PreparedModel, 'config' | 'weights' | 'quantised'>,
  loss: LossName,
  total: number,
): number {
  const none = stepMemory(model, loss, { length: 0, cached: 0, past: 0, memory: 'low' }, 0)
  return Math.max(total * minShare, Math.min(total * memoryShare, total * runShare - none))
}

/** Rows of a micro-batch of each size, on a computer of `total` bytes. */
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
