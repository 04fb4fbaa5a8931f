// The generate job: the model's own words after a row, token by token, with keys and values kept from token to token.
import type { ComputeEvent, Job } from '../../contract/compute.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, MASK_VALUE, integers, selection } from '../method/batch.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { virtualTokensOf } from '../method/virtual.ts'
import { updateFeeds } from '../network/linear-update.ts'
import { createRandom } from '../random.ts'
import { reportCutRows } from './cut-rows.ts'
import { createEncoder } from './encode.ts'
import { asPresent, createKvCache } from './kv-cache.ts'
import { type InferenceRunner, oneOfEach, partsFeeds, shapeOf } from './inference-runner.ts'
import { sample } from './sampling.ts'
import type { PlacedPrompt } from './label-scores.ts'
import { placedPrompt } from './score.ts'
import { watchStops } from './stop-strings.ts'

type GenerateJob = Extract<Job, { kind: 'generate' }>

/** Streams text as it comes, as `token` events; returns all of it. Ends at an end token, a stop string or the limit. */
export async function generate(
  reader: InferenceRunner,
  { model, prompt, settings, sampling, text }: Omit<GenerateJob, 'kind' | 'threads'>,
  sink: { emit(event: ComputeEvent): void; stopRequested(): boolean },
): Promise<string> {
  const encoder = createEncoder(model, settings, [])
  reportCutRows([{ row: 0, text, label: '' }], encoder, settings, (event) => sink.emit(event))
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
  const next = await startDecoding(reader, model.config, sequence, placed, sampling.maxNewTokens)
  let logits = await next.first()
  for (let made = 0; made < sampling.maxNewTokens && !sink.stopRequested(); made++) {
    const id = sample(logits, sampling, random)
    if (encoder.tokenizer.ends.includes(id)) break
    const safe = stops.push(stream.push(id))
    show(safe.text)
    if (safe.stopped) return all
    if (made + 1 < sampling.maxNewTokens) logits = await next.after(id)
  }
  show(stops.rest())
  return all
}

interface NextToken {
  /** Logits [V] behind the question. */
  first(): Promise<Float32Array>
  /** Logits [V] behind a further token. */
  after(id: number): Promise<Float32Array>
}

async function startDecoding(
  reader: InferenceRunner,
  config: DecoderConfig,
  sequence: Sequence,
  placed: PlacedPrompt | undefined,
  maxNewTokens: number,
): Promise<NextToken> {
  const parts = placed?.parts
  const virtual = virtualTokensOf(parts)
  const { past } = virtual
  const length = sequence.ids.length
  const cache = createKvCache(config, 1, past + length + maxNewTokens)
  let held = 0
  const decoding = { head: 'vocabulary', present: true } as const
  const step = await reader.session({ ...shapeOf(parts), embeddings: false, past: true, ...decoding })
  const updates = updateFeeds(parts?.updates ?? [])
  return {
    async first() {
      const shape = { batch: 1, length, ...virtual, cached: 0, updates: parts?.updates !== undefined }
      const question = await reader.session({ ...shapeOf(parts), ...decoding })
      const given = parts ? partsFeeds(parts, 1) : {}
      const results = await question.run({
        ...batchFeeds(config, [sequence], shape),
        ...given,
        select: selection([sequence], [[length - 1]], 1, shape),
      })
      if (past > 0) held = cache.put(asPresent(given), { at: 0 })
      held = cache.put(results, { at: held })
      return lastLogits(results)
    },
    async after(id) {
      const results = await step.run({
        ...cache.feeds(),
        ...updates,
        ...oneToken(config, { capacity: cache.capacity, at: held, past }, id, sequence),
        ...oneOfEach(1, parts),
      })
      held = cache.put(results, { at: held })
      return lastLogits(results)
    },
  }
}

/** Feeds of a single further token: it attends to the past and itself, within the window where a layer has one. */
function oneToken(
  config: DecoderConfig,
  { capacity, at, past }: { readonly capacity: number; readonly at: number; readonly past: number },
  id: number,
  sequence: Sequence,
): Feeds {
  const bias = (window: number): Tensor => {
    const data = new Float32Array(capacity + 1).fill(MASK_VALUE)
    const nearest = Math.max(0, at - window + 1)
    const alwaysSeen = sequence.actsFrom > 0
    data.fill(0, alwaysSeen ? 0 : Math.min(past, nearest), past)
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
