// Decodes a sequence token by token with a KV cache of its own.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, MASK_VALUE, integers, selection } from '../method/batch.ts'
import type { Sequence } from '../method/layout.ts'
import { hasUpdates, noVirtualTokens, virtualTokensOf } from '../method/virtual.ts'
import {
  type InferenceRunner,
  networkFeeds,
  oneOfEach,
  partsFeeds,
  precomputeShape,
  shapeOf,
} from './inference-runner.ts'
import { asPast, asPresent, createKvCache } from './kv-cache.ts'
import type { PlacedPrompt } from './label-scores.ts'

export interface NextToken {
  /** Logits [V] of the token after the row. */
  first(): Promise<Float32Array>
  /** Logits [V] of the token after `id`. */
  after(id: number): Promise<Float32Array>
  /** No more tokens are asked for. */
  end(): void
}

/** Prepares the decoding of a row, which may get so many new tokens, and waits for its turn as long as it is wanted. */
export type StartDecoding = (
  sequence: Sequence,
  placed: PlacedPrompt | undefined,
  maxNewTokens: number,
  isWanted?: () => boolean,
) => Promise<NextToken>

/** New tokens for which the KV cache has room at first. */
const firstTokens = 32

/** What the passes of decoding have in common. */
export const decoding = { head: 'vocabulary', present: true } as const

export const decodeAlone =
  (runner: InferenceRunner, config: DecoderConfig): StartDecoding =>
  async (sequence, placed, maxNewTokens) => {
    const parts = placed?.parts
    const { past } = virtualTokensOf(parts)
    const length = sequence.ids.length
    const cache = createKvCache(config, 1, past + length + maxNewTokens, { start: past + length + firstTokens })
    let cached = 0
    const step = await runner.session({ ...shapeOf(parts), embeddings: false, past: true, ...decoding })
    const changes = networkFeeds(parts)
    return {
      async first() {
        const { present, logits } = await prefill(runner, config, sequence, placed)
        for (const some of present) cached = cache.put(some, { at: cached })
        return logits
      },
      async after(id) {
        const results = await step.run({
          ...cache.feeds(),
          ...changes,
          ...oneToken(config, [{ id, at: cached, past, ignoresWindow: sequence.actsFrom > 0 }], cache.capacity),
          ...oneOfEach(1, parts),
        })
        cached = cache.put(results, { at: cached })
        return logitsOf(results)
      },
      end: () => undefined,
    }
  }

/** Keys and values of a row, those of its virtual tokens first, and the logits [V] of the token after it. */
export async function prefill(
  runner: InferenceRunner,
  config: DecoderConfig,
  sequence: Sequence,
  placed: PlacedPrompt | undefined,
): Promise<{ readonly present: readonly NamedTensors[]; readonly logits: Float32Array }> {
  const parts = placed?.parts
  const length = sequence.ids.length
  if (!parts && length > runner.tokensAtOnce) return prefillLong(runner, config, sequence)
  const shape = { batch: 1, length, ...virtualTokensOf(parts), cached: 0, updates: hasUpdates(parts) }
  const session = await runner.session({ ...shapeOf(parts), ...decoding })
  const promptFeeds = parts ? partsFeeds(parts, 1) : {}
  const results = await session.run({
    ...batchFeeds(config, [sequence], shape),
    ...promptFeeds,
    select: selection([sequence], [[length - 1]], 1, shape),
  })
  return { present: [...(shape.past > 0 ? [asPresent(promptFeeds)] : []), results], logits: logitsOf(results) }
}

/** As `prefill`, of the base model: all but the last tokens are read in pieces. */
async function prefillLong(
  runner: InferenceRunner,
  config: DecoderConfig,
  sequence: Sequence,
): ReturnType<typeof prefill> {
  const last = sequence.ids.length - 1
  const constant = sequence.ids.length - runner.tokensAtOnce
  const start = await runner.keysValues([sequence.ids.slice(0, constant)], 0, { head: decoding.head })
  const rest = { ...sequence, constant }
  const shape = { batch: 1, length: runner.tokensAtOnce, ...noVirtualTokens, cached: constant }
  const session = await runner.session({ ...precomputeShape, ...decoding })
  const results = await session.run({
    ...batchFeeds(config, [rest], shape),
    ...asPast(start),
    select: selection([rest], [[last]], 1, shape),
  })
  return { present: [start, results], logits: logitsOf(results) }
}

/** A row's next token in a batch. */
export interface StepRow {
  readonly id: number
  /** Its position, and its place in the row's cache. */
  readonly at: number
  /** Keys of virtual tokens at the cache's start. */
  readonly past: number
  /** Whether these are attended to from any distance. */
  readonly ignoresWindow: boolean
}

/**
 * Feeds of one decoding step: each row's token attends to that row's cache up to its place, and to itself; within the window
 * in windowed layers. `capacity`: tokens that the cache has room for.
 */
export function oneToken(config: DecoderConfig, rows: readonly StepRow[], capacity: number): Feeds {
  const span = capacity + 1
  const bias = (window: number): Tensor => {
    const data = new Float32Array(rows.length * span).fill(MASK_VALUE)
    rows.forEach(({ at, past, ignoresWindow }, b) => {
      const row = data.subarray(b * span, (b + 1) * span)
      const nearest = Math.max(0, at - window + 1)
      row.fill(0, ignoresWindow ? 0 : Math.min(past, nearest), past)
      row.fill(0, Math.max(past, nearest), at)
      row[capacity] = 0
    })
    return { shape: [rows.length, 1, 1, span], data }
  }
  return {
    ids: integers(
      rows.map(({ id }) => id),
      [rows.length, 1],
    ),
    positions: { shape: [rows.length, 1], data: Float32Array.from(rows, ({ at }) => at) },
    bias: bias(Infinity),
    ...(config.windowedLayers.some(Boolean) ? { windowedBias: bias(config.window) } : {}),
  }
}

const logitsOf = (results: NamedTensors): Float32Array => results['logits']?.data ?? new Float32Array()
