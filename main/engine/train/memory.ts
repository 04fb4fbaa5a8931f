// Estimates the memory of a training step, and how many rows a micro-batch may hold.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { LossName, MemoryName, TuneSettings } from '../../contract/settings.ts'
import { runProcessBytes } from '../../contract/usual-run.ts'
import type { BatchShape } from '../method/batch.ts'
import { elements } from '../../contract/tensor.ts'
import { makesModel, methodOf } from '../method/index.ts'
import { kvBytes, weightBytes } from '../model/sizes.ts'
import { hasOwnCopies, withoutCopies } from '../model/weights.ts'
import { meanAttendedKeys } from '../network/attention.ts'
import type { Bucket } from './micro-batches.ts'
import { optimiserOf } from './optimisers/index.ts'

/** The size of a step's rows; `past`: past keys and values before them. */
export interface StepSize extends Pick<BatchShape, 'length' | 'cached' | 'past'> {
  readonly memory: MemoryName
  /** Whether the weights are trained: their gradients need the input of each linear map. */
  readonly trainsWeights?: boolean
}

type Model = Pick<PreparedModel, 'config' | 'weights' | 'quantised'>

/** What the memory depends on that a run holds throughout; the weights are frozen where no method is given. */
type Held = Pick<TuneSettings, 'loss' | 'optimiser'> & Partial<Pick<TuneSettings, 'method'>>

const trainsWeights = ({ method }: Pick<Held, 'method'>): boolean => method !== undefined && makesModel({ method })

/** Bytes of the weights that each session of a run maps: none where they are trained, and inputs of every session. */
export const mappedBytes = (model: Pick<PreparedModel, 'weights' | 'quantised'>, settings: Held): number =>
  trainsWeights(settings) ? 0 : weightBytes(model, settings.loss)

/** Sums over all tensors of a method whose result is a model. */
function sumOfTensors(
  config: DecoderConfig,
  { method = '' }: Pick<Held, 'method'>,
  bytesOf: (elements: number) => number,
): number {
  const specs = methodOf({ method }).tensors(config, { tokens: 0 })
  return specs.reduce((sum, { shape }) => sum + bytesOf(elements(shape)), 0)
}

/**
 * Bytes that a run holds besides its texts and activations: the frozen weights, or trained ones with their gradients and the
 * optimiser's memory of them. What a prompt trains is too little to count.
 */
export function heldBytes(model: Model, settings: Held): number {
  if (!trainsWeights(settings)) return mappedBytes(model, settings)
  const optimiser = optimiserOf(settings)
  return sumOfTensors(model.config, settings, (count) => 8 * count + optimiser.bytes(count))
}

/** Bytes of the files that a run whose result is a model keeps at once: two checkpoints, and two best states. */
export function fileBytes(config: DecoderConfig, settings: Pick<TuneSettings, 'method' | 'optimiser'>): number {
  const optimiser = optimiserOf(settings)
  return sumOfTensors(config, settings, (count) => 4 * 4 * count + 2 * optimiser.bytes(count))
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

/** The same, beyond these, where the weights are trained: two norms' results, attention's, and the last map's input. */
const inputFloats = ({ hidden, heads, headDim, intermediate }: DecoderConfig): number =>
  2 * hidden + heads * headDim + intermediate

/** Peak bytes of one row during a step: its activations, and its cached keys and values. */
export function rowBytes(config: DecoderConfig, size: StepSize): number {
  const { length, cached, past, memory } = size
  const span = length + cached + past
  const keys = meanAttendedKeys(length, span)
  const kept = storedFloats(config, keys) + (size.trainsWeights ? inputFloats(config) : 0)
  const stored = memory === 'low' ? config.hidden : kept
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
export function stepMemory(model: Model, settings: Held, size: StepSize, rows: number): number {
  const dequantising = model.quantised && Object.keys(model.quantised).length > 0 ? quantisedBytes : 0
  return stepProcessBytes + dequantising + heldBytes(model, settings) + rows * rowBytes(model.config, size)
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
export function activationBudget(model: Model, settings: Held, total: number): number {
  const none = stepMemory(model, settings, { length: 0, cached: 0, past: 0, memory: 'low' }, 0)
  return Math.max(total * minShare, Math.min(total * memoryShare, total * runShare - none))
}

/** Rows of a micro-batch of each size, on a computer of `total` bytes. */
export function rowsAtOnce(
  model: Model,
  settings: Held & Pick<TuneSettings, 'memory' | 'tokens'>,
  batch: number,
  total: number,
): (bucket: Bucket) => number {
  const { memory = 'normal', tokens } = settings
  const budget = activationBudget(model, settings, total)
  const size = { past: tokens, memory, trainsWeights: trainsWeights(settings) }
  return (bucket) => microBatch(model.config, { ...bucket, ...size }, batch, budget)
}

/**
 * Bytes of the gradients that ONNX Runtime hands over at a step's end, beside the sums that the run keeps: all but those of
 * the tables of which a step reads single rows.
 */
function handedOverBytes(config: DecoderConfig, settings: Held): number {
  const tables = (settings.loss === 'labels' ? 1 : 0) + (config.tiedHead ? 0 : 1)
  return sumOfTensors(config, settings, (count) => 4 * count) - 4 * tables * config.vocab * config.hidden
}

/** Tokens of a usual row, for estimates before the rows are known. */
const usualLength = 64

/** Peak bytes of a run whose result is a model, on a computer of `total` bytes, before anything is measured. */
export function modelRunBytes(
  config: DecoderConfig,
  settings: Held & Pick<TuneSettings, 'memory' | 'batch'>,
  total: number,
): number {
  const model = { config, weights: {} }
  const { memory = 'normal', batch } = settings
  const size = { length: usualLength, cached: 0, past: 0, memory, trainsWeights: true }
  const rows = microBatch(config, size, batch, activationBudget(model, settings, total))
  // The gradients take the room of activations that are no longer needed.
  const busy = Math.max(rows * rowBytes(config, size), handedOverBytes(config, settings))
  return runProcessBytes + heldBytes(model, settings) + busy
}

/** The model as a run holds it: with little memory, one copy of each weight serves both passes. */
export const modelInMemory = (model: PreparedModel, { memory }: Pick<TuneSettings, 'memory'>): PreparedModel =>
  memory === 'low' ? withoutCopies(model) : model
