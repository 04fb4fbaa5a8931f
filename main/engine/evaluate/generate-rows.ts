// Batched greedy decoding: generates the answers of many rows, one token of each row per forward pass, with a KV cache.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, MASK_VALUE, integers, selection } from '../method/batch.ts'
import { layOut, type Segments, type Sequence } from '../method/layout.ts'
import { hasUpdates, virtualTokensOf } from '../method/virtual.ts'
import { kvBytes, weightBytes } from '../model/sizes.ts'
import { withoutCopies } from '../model/weights.ts'
import { byLength, kvShare } from './batches.ts'
import { best } from './best.ts'
import { type Buffers, createBuffers } from './buffers.ts'
import { asPresent, createKvCache, type KvCache } from './kv-cache.ts'
import type { PlacedPrompt } from './label-scores.ts'
import { type InferenceRunner, networkFeeds, oneOfEach, partsFeeds, repeated, shapeOf } from './inference-runner.ts'
import { tokenCost, withSharedStart } from './shared-start.ts'

/** Rows of a generation batch at most: the weights are read from memory once for all rows, keys and values for each row. */
export const maxRows = 16

export interface GenerationOptions {
  readonly model: PreparedModel
  /** Tokens that end an answer. */
  readonly ends: readonly number[]
  /** Tokens of an answer at most. */
  readonly maxTokens: number
  /** Makes the watcher of a row's answer: it takes each token, and says whether the answer is over with it. */
  readonly watch?: (row: number) => (token: NextToken) => boolean
}

/** The likeliest token at a place of an answer. */
export interface NextToken {
  readonly id: number
  /** Its logarithm among all tokens, computed when asked for: it takes a pass over the vocabulary. */
  readonly logProbability: () => number
}

/** Token ids of each row's answer in the order of `rows`: without the end token, but with those with which it was over. */
export async function generateRows(
  runner: InferenceRunner,
  rows: readonly Segments[],
  placed: PlacedPrompt | undefined,
  options: GenerationOptions,
  onProgress: (done: number) => void,
): Promise<number[][]> {
  const laidOut = rows.map((segments) => layOut(segments, [], placed?.settings))
  const { sequences, ...sharedStart } = placed
    ? { sequences: laidOut, shared: 0 }
    : await withSharedStart(runner, laidOut, 'vocabulary')
  const inputs = { ...sharedStart, placed, repeatBuffers: createBuffers(), cacheBuffers: createBuffers() }
  const answers = new Array<number[]>(rows.length)
  const { past } = virtualTokensOf(placed?.parts)
  const cacheLength = (row: number): number => past + (sequences[row]?.ids.length ?? 0) + options.maxTokens
  let done = 0
  for (const some of byLength([...sequences.keys()], cacheLength, maxCachedTokens(runner, options.model)))
    for (let at = 0; at < some.length; at += maxRows) {
      const chosen = some.slice(at, at + maxRows)
      const batch = chosen.map((row) => sequences[row] as Sequence)
      const watch = (b: number) => options.watch?.(chosen[b] ?? 0) ?? (() => false)
      const generated = await generateBatch(runner, batch, inputs, { ...options, watch })
      chosen.forEach((row, b) => (answers[row] = generated[b] ?? []))
      onProgress((done += chosen.length))
    }
  return answers
}

/** Tokens in the KV cache at most, never fewer than one forward pass computes. A pass reads one copy of the weights. */
function maxCachedTokens({ memory, tokensAtOnce }: InferenceRunner, model: PreparedModel): number {
  const bytes = kvShare[memory] * weightBytes(withoutCopies(model), 'vocabulary')
  return Math.max(tokensAtOnce, Math.floor(bytes / kvBytes(model.config)))
}

/** What the batches of one generation share. */
interface SharedInputs {
  readonly placed: PlacedPrompt | undefined
  /** Length of the rows' common start whose keys and values are computed once. */
  readonly shared: number
  /** Keys and values of the common start. */
  readonly sharedKv?: NamedTensors
  /** Hold these keys and values, repeated for every row of a batch. */
  readonly repeatBuffers: Buffers
  /** Hold the batch's KV cache. */
  readonly cacheBuffers: Buffers
}

async function generateBatch(
  runner: InferenceRunner,
  sequences: readonly Sequence[],
  inputs: SharedInputs,
  { model: { config }, maxTokens, ...stop }: Required<GenerationOptions>,
): Promise<number[][]> {
  const batch = sequences.length
  const parts = inputs.placed?.parts
  const { past } = virtualTokensOf(parts)
  const length = Math.max(...sequences.map(({ ids }) => ids.length))
  const cache = createKvCache(config, batch, past + length + maxTokens, { buffers: inputs.cacheBuffers })
  const answers = sequences.map((_, b): Growing => ({ ids: [], isOverWith: stop.watch(b) }))
  const first = await prefill(runner, config, sequences, inputs, cache)
  let unfinished = appended(answers, first, stop, [...answers.keys()])
  if (unfinished.length === 0 || maxTokens <= 1) return answers.map(({ ids }) => ids)
  const step = await runner.session({ ...shapeOf(parts), ...decoding })
  const changes = networkFeeds(parts)
  for (let generated = 1; generated < maxTokens && unfinished.length > 0; generated++) {
    const at = past + length + generated - 1
    const found = await step.run({
      ids: integers(
        answers.map(({ ids }) => ids[generated - 1] ?? 0),
        [batch, 1],
      ),
      positions: { shape: [batch, 1], data: positionsAt(sequences, past, generated) },
      ...windows(config, sequences, { past, length, capacity: cache.capacity, generated }),
      ...cache.feeds(),
      ...changes,
      ...oneOfEach(batch, parts),
    })
    for (const b of unfinished) cache.put(found, { from: b, row: b, at })
    unfinished = appended(answers, likeliest(found), stop, unfinished)
  }
  return answers.map(({ ids }) => ids)
}

/** A decoding step attends to the KV cache; a prefill to what is there before the rows, or to nothing. */
const decoding = { embeddings: false, past: true, head: 'vocabulary', present: true } as const

/** Fills the cache with keys and values of virtual tokens, common start and rows; gives each answer's first token. */
async function prefill(
  runner: InferenceRunner,
  config: DecoderConfig,
  sequences: readonly Sequence[],
  { placed, shared, sharedKv, repeatBuffers }: SharedInputs,
  cache: KvCache,
): Promise<NextToken[]> {
  const parts = placed?.parts
  const virtual = virtualTokensOf(parts)
  const session = await runner.session(parts ? { ...shapeOf(parts), head: decoding.head, present: true } : decoding)
  const firstKv = parts?.past ? asPresent(partsFeeds({ past: parts.past }, 1)) : sharedKv
  const next = new Array<NextToken>(sequences.length)
  for (const some of byLength([...sequences.keys()], (b) => tokenCost(sequences[b], shared), runner.tokensAtOnce)) {
    const chosen = some.map((b) => sequences[b] as Sequence)
    const shape = {
      batch: chosen.length,
      length: Math.max(...chosen.map(({ ids }) => ids.length)) - shared,
      ...virtual,
      cached: shared,
      updates: hasUpdates(parts),
    }
    const ends = chosen.map(({ questionEnd }) => [questionEnd])
    const found = await session.run({
      ...batchFeeds(config, chosen, shape),
      ...(parts ? partsFeeds(parts, chosen.length) : repeated(config, sharedKv, chosen.length, repeatBuffers)),
      select: selection(chosen, ends, 1, shape),
    })
    const tokens = likeliest(found)
    some.forEach((row, from) => {
      next[row] = tokens[from] ?? noToken
      const at = firstKv ? cache.put(firstKv, { row, at: 0 }) : 0
      cache.put(found, { from, row, at })
    })
  }
  return next
}

/** The likeliest next token of each row. */
function likeliest({ logits }: NamedTensors): NextToken[] {
  const { data, shape } = logits as Tensor
  const [rows = 0, , width = 0] = shape
  return Array.from({ length: rows }, (_, row) => {
    const own = data.subarray(row * width, (row + 1) * width)
    const id = best(own)
    return {
      id,
      logProbability: () => -Math.log(own.reduce((sum, logit) => sum + Math.exp(logit - (own[id] ?? 0)), 0)),
    }
  })
}

const noToken: NextToken = { id: 0, logProbability: () => 0 }

/** An answer that is being generated. */
interface Growing {
  readonly ids: number[]
  readonly isOverWith: (token: NextToken) => boolean
}

/** Appends its next token to each unfinished answer; gives the answers that are still unfinished. */
function appended(
  answers: readonly Growing[],
  next: readonly NextToken[],
  { ends }: Pick<GenerationOptions, 'ends'>,
  unfinished: readonly number[],
): number[] {
  return unfinished.filter((b) => {
    const [token = noToken, answer] = [next[b], answers[b]]
    if (!answer || ends.includes(token.id)) return false
    answer.ids.push(token.id)
    return !answer.isOverWith(token)
  })
}

const positionsAt = (sequences: readonly Sequence[], past: number, generated: number): Float32Array =>
  Float32Array.from(sequences, ({ questionEnd }) => past + questionEnd + generated)

interface MaskWindow {
  readonly past: number
  /** Tokens of the longest row: where each answer begins in the cache. */
  readonly length: number
  readonly capacity: number
  /** Tokens of the answer so far. */
  readonly generated: number
}

/**
 * The attention mask of an answer's next token over [cache | itself]: it attends to the virtual tokens, to its own row and
 * to the answer so far.
 */
function windows(config: DecoderConfig, sequences: readonly Sequence[], span: MaskWindow): Feeds {
  const windowed = config.windowedLayers.some(Boolean)
  return {
    bias: windowOf(sequences, span, Infinity),
    ...(windowed ? { windowedBias: windowOf(sequences, span, config.window) } : {}),
  }
}

function windowOf(
  sequences: readonly Sequence[],
  { past, length, capacity, generated }: MaskWindow,
  window: number,
): Tensor {
  const span = capacity + 1
  const data = new Float32Array(sequences.length * span).fill(MASK_VALUE)
  sequences.forEach(({ questionEnd, actsFrom }, b) => {
    const row = data.subarray(b * span, (b + 1) * span)
    const at = questionEnd + generated
    const nearest = Math.max(0, at - window + 1)
    // As in method/batch.ts: the sliding window applies to a prefix at the start, not to a prefix after the text.
    const fromPast = actsFrom === 0 ? Math.min(past, Math.max(0, past + at - window + 1)) : 0
    row.fill(0, fromPast, past)
    row.fill(0, past + Math.min(questionEnd + 1, nearest), past + questionEnd + 1)
    const answerFrom = Math.max(0, nearest - questionEnd - 1)
    row.fill(0, past + length + answerFrom, past + length + generated - 1)
    row[capacity] = 0
  })
  return { shape: [sequences.length, 1, 1, span], data }
}
