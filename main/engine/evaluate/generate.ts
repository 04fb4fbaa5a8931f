// The generate job: streams the model's continuation of a row, sampling token by token with a KV cache.
import type { ComputeEvent, Job } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, MASK_VALUE, integers, selection } from '../method/batch.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { hasUpdates, virtualTokensOf } from '../method/virtual.ts'
import { createRandom } from '../random.ts'
import { reportTruncatedRows } from './truncated-rows.ts'
import { createEncoder } from './encode.ts'
import { asPresent, createKvCache } from './kv-cache.ts'
import { type InferenceRunner, networkFeeds, oneOfEach, partsFeeds, shapeOf } from './inference-runner.ts'
import { sample } from './sampling.ts'
import type { PlacedPrompt } from './label-scores.ts'
import { placedPrompt } from './score.ts'
import { watchStops } from './stop-strings.ts'

type GenerateJob = Extract<Job, { kind: 'generate' }>

/**
 * Emits `token` events while it generates, and returns the whole text. Ends at an end token, a stop string, the limit, or
 * with a warning where the model's context is full.
 */
export async function generate(
  runner: InferenceRunner,
  { model, prompt, settings, sampling, text }: Omit<GenerateJob, 'kind' | 'threads'>,
  sink: { emit(event: ComputeEvent): void; stopRequested(): boolean },
): Promise<string> {
  // A generated answer reads the row as its evaluation does, cut at the same token.
  const encoder = createEncoder(model, settings, [], settings.answers?.tokens)
  reportTruncatedRows([{ row: 0, text, label: '' }], encoder, (event) => sink.emit(event))
  const placed = prompt && placedPrompt(model, prompt)
  const sequence = layOut(encoder.row(text), [], placed?.settings)
  const random = createRandom(sampling.seed)
  const stream = encoder.tokenizer.decodeStream()
  const stops = watchStops(sampling.stop)
  let all = ''
  const show = (piece: string): void => {
    if (piece === '') return
    all += piece
    sink.emit({ event: 'token', text: piece })
  }
  const { context } = model.config
  const taken = virtualTokensOf(placed?.parts).past + sequence.ids.length
  const limit = Math.min(sampling.maxNewTokens, context - taken)
  const next = await startDecoding(runner, model.config, sequence, placed, limit)
  let logits = await next.first()
  let generated = 0
  for (; generated < limit && !sink.stopRequested(); generated++) {
    const id = sample(logits, sampling, random)
    if (encoder.tokenizer.ends.includes(id)) {
      show(stops.rest())
      return all
    }
    const safe = stops.push(stream.push(id))
    show(safe.text)
    if (safe.stopped) return all
    if (generated + 1 < limit) logits = await next.after(id)
  }
  show(stops.rest())
  if (generated === limit && limit < sampling.maxNewTokens) {
    const { code, message } = studioError('tuning/context-full', context)
    sink.emit({ event: 'warning', code, message, step: 0 })
  }
  return all
}

/** New tokens for which the KV cache has room at first. */
const firstTokens = 32

interface NextToken {
  /** Logits [V] of the token after the row. */
  first(): Promise<Float32Array>
  /** Logits [V] of the token after `id`. */
  after(id: number): Promise<Float32Array>
}

async function startDecoding(
  runner: InferenceRunner,
  config: DecoderConfig,
  sequence: Sequence,
  placed: PlacedPrompt | undefined,
  maxNewTokens: number,
): Promise<NextToken> {
  const parts = placed?.parts
  const virtual = virtualTokensOf(parts)
  const { past } = virtual
  const length = sequence.ids.length
  const cache = createKvCache(config, 1, past + length + maxNewTokens, { start: past + length + firstTokens })
  let cached = 0
  const decoding = { head: 'vocabulary', present: true } as const
  const step = await runner.session({ ...shapeOf(parts), embeddings: false, past: true, ...decoding })
  const changes = networkFeeds(parts)
  return {
    async first() {
      const shape = { batch: 1, length, ...virtual, cached: 0, updates: hasUpdates(parts) }
      const prefill = await runner.session({ ...shapeOf(parts), ...decoding })
      const promptFeeds = parts ? partsFeeds(parts, 1) : {}
      const results = await prefill.run({
        ...batchFeeds(config, [sequence], shape),
        ...promptFeeds,
        select: selection([sequence], [[length - 1]], 1, shape),
      })
      if (past > 0) cached = cache.put(asPresent(promptFeeds), { at: 0 })
      cached = cache.put(results, { at: cached })
      return lastLogits(results)
    },
    async after(id) {
      const results = await step.run({
        ...cache.feeds(),
        ...changes,
        ...oneToken(config, { capacity: cache.capacity, at: cached, past }, id, sequence),
        ...oneOfEach(1, parts),
      })
      cached = cache.put(results, { at: cached })
      return lastLogits(results)
    },
  }
}

/** Feeds of one decoding step: the token attends to the cache and to itself, within the window in windowed layers. */
function oneToken(
  config: DecoderConfig,
  { capacity, at, past }: { readonly capacity: number; readonly at: number; readonly past: number },
  id: number,
  sequence: Sequence,
): Feeds {
  const bias = (window: number): Tensor => {
    const data = new Float32Array(capacity + 1).fill(MASK_VALUE)
    const nearest = Math.max(0, at - window + 1)
    const ignoresWindow = sequence.actsFrom > 0
    data.fill(0, ignoresWindow ? 0 : Math.min(past, nearest), past)
    data.fill(0, Math.max(past, nearest), at)
    data[capacity] = 0
    return { shape: [1, 1, 1, capacity + 1], data }
  }
  return {
    ids: integers([id], [1, 1]),
    positions: { shape: [1, 1], data: Float32Array.of(at) },
    bias: bias(Infinity),
    ...(config.windowedLayers.some(Boolean) ? { windowedBias: bias(config.window) } : {}),
  }
}

const lastLogits = (results: NamedTensors): Float32Array => results['logits']?.data ?? new Float32Array()
