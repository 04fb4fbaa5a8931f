// Writes answers to many rows at once, greedily: keys and values of some rows side by side, a token of each in a pass.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, MASK_VALUE, integers, selection } from '../method/batch.ts'
import { layOut, type Segments, type Sequence } from '../method/layout.ts'
import { virtualTokensOf } from '../method/virtual.ts'
import { kvBytes, weightBytes } from '../model/sizes.ts'
import { updateFeeds } from '../network/linear-update.ts'
import { withoutCopies } from '../model/weights.ts'
import { byLength, kvShare } from './batches.ts'
import { best } from './best.ts'
import { type Buffers, createBuffers } from './buffers.ts'
import { asPresent, createKvCache, type KvCache } from './kv-cache.ts'
import type { PlacedPrompt } from './label-scores.ts'
import { type InferenceRunner, oneOfEach, partsFeeds, repeated, shapeOf } from './inference-runner.ts'
import { tokensRead, withOpening } from './shared-start.ts'

/** Rows that are written at once: weights are read once for all of them, keys and values for each. */
export const maxRows = 16

export interface Writing {
  readonly model: PreparedModel
  /** Tokens that end an answer. */
  readonly ends: readonly number[]
  /** Tokens of an answer at most. */
  readonly maxTokens: number
  /** Whether nothing that may still follow these ids belongs to the answer. */
  readonly isOver?: (ids: readonly number[]) => boolean
}

/** Ids of each row's answer, without the token that ends it but with those that made it be over. */
export async function generateRows(
  reader: InferenceRunner,
  rows: readonly Segments[],
  placed: PlacedPrompt | undefined,
  writing: Writing,
  onProgress: (done: number) => void,
): Promise<number[][]> {
  const laidOut = rows.map((segments) => layOut(segments, [], placed?.settings))
  const { sequences, ...start } = placed
    ? { sequences: laidOut, shared: 0 }
    : await withOpening(reader, laidOut, 'vocabulary')
  const before = { ...start, placed, repeats: createBuffers(), kept: createBuffers() }
  const answers = new Array<number[]>(rows.length)
  const { past } = virtualTokensOf(placed?.parts)
  const held = (row: number): number => past + (sequences[row]?.ids.length ?? 0) + writing.maxTokens
  let done = 0
  for (const some of byLength([...sequences.keys()], held, heldAtOnce(reader, writing.model)))
    for (let at = 0; at < some.length; at += maxRows) {
      const chosen = some.slice(at, at + maxRows)
      const together = chosen.map((row) => sequences[row] as Sequence)
      const written = await writeBatch(reader, together, before, writing)
      chosen.forEach((row, b) => (answers[row] = written[b] ?? []))
      onProgress((done += chosen.length))
    }
  return answers
}

/** Tokens whose keys and values are held at once, never fewer than are read at once. A pass reads one copy of the weights. */
function heldAtOnce({ memory, tokensAtOnce }: InferenceRunner, model: PreparedModel): number {
  const bytes = kvShare[memory] * weightBytes(withoutCopies(model), 'vocabulary')
  return Math.max(tokensAtOnce, Math.floor(bytes / kvBytes(model.config)))
}

/** What stands before the rows. */
interface Before {
  readonly placed: PlacedPrompt | undefined
  /** Tokens that all rows begin with, and that were cached: their `constant` start. */
  readonly shared: number
  /** Keys and values of these. */
  readonly opening?: NamedTensors
  /** Its repetitions, for each row that is read. */
  readonly repeats: Buffers
  /** What is kept of the rows. */
  readonly kept: Buffers
}

async function writeBatch(
  reader: InferenceRunner,
  sequences: readonly Sequence[],
  before: Before,
  { model: { config }, maxTokens, ...writing }: Writing,
): Promise<number[][]> {
  const batch = sequences.length
  const parts = before.placed?.parts
  const { past } = virtualTokensOf(parts)
  const length = Math.max(...sequences.map(({ ids }) => ids.length))
  const held = createKvCache(config, batch, past + length + maxTokens, before.kept)
  const answers = sequences.map((): number[] => [])
  const first = await prefill(reader, config, sequences, before, held)
  let open = appended(answers, first, writing, [...answers.keys()])
  if (open.length === 0 || maxTokens <= 1) return answers
  const step = await reader.session({ ...decoding, ...(parts ? { updates: shapeOf(parts).updates ?? [] } : {}) })
  const updates = updateFeeds(parts?.updates ?? [])
  for (let made = 1; made < maxTokens && open.length > 0; made++) {
    const at = past + length + made - 1
    const found = await step.run({
      ids: integers(
        answers.map((ids) => ids[made - 1] ?? 0),
        [batch, 1],
      ),
      positions: { shape: [batch, 1], data: positionsAt(sequences, past, made) },
      ...windows(config, sequences, { past, length, capacity: held.capacity, made }),
      ...held.feeds(),
      ...updates,
      ...oneOfEach(batch, parts),
    })
    for (const b of open) held.put(found, { from: b, row: b, at })
    open = appended(answers, likeliest(found), writing, open)
  }
  return answers
}

/** A pass behind keys and values that are held, or behind none. */
const decoding = { embeddings: false, past: true, head: 'vocabulary', present: true } as const

/** Puts the questions' keys and values, and of what stands before them, into the cache; gives each answer's first token. */
async function prefill(
  reader: InferenceRunner,
  config: DecoderConfig,
  sequences: readonly Sequence[],
  { placed, shared, opening, repeats }: Before,
  held: KvCache,
): Promise<number[]> {
  const parts = placed?.parts
  const virtual = virtualTokensOf(parts)
  const shapeOfParts = parts && shapeOf(parts)
  const session = await reader.session({ ...decoding, ...shapeOfParts })
  const standing = parts?.past ? asPresent(partsFeeds({ past: parts.past }, 1)) : opening
  const next = new Array<number>(sequences.length)
  for (const some of byLength([...sequences.keys()], (b) => tokensRead(sequences[b], shared), reader.tokensAtOnce)) {
    const chosen = some.map((b) => sequences[b] as Sequence)
    const shape = {
      batch: chosen.length,
      length: Math.max(...chosen.map(({ ids }) => ids.length)) - shared,
      ...virtual,
      cached: shared,
      updates: parts?.updates !== undefined,
    }
    const ends = chosen.map(({ questionEnd }) => [questionEnd])
    const found = await session.run({
      ...batchFeeds(config, chosen, shape),
      ...(parts ? partsFeeds(parts, chosen.length) : repeated(config, opening, chosen.length, repeats)),
      select: selection(chosen, ends, 1, shape),
    })
    const ids = likeliest(found)
    some.forEach((row, from) => {
      next[row] = ids[from] ?? 0
      const at = standing ? held.put(standing, { row, at: 0 }) : 0
      held.put(found, { from, row, at })
    })
  }
  return next
}

/** The likeliest token behind each row. */
function likeliest({ logits }: NamedTensors): number[] {
  const { data, shape } = logits as Tensor
  const [rows = 0, , width = 0] = shape
  return Array.from({ length: rows }, (_, row) => best(data.subarray(row * width, (row + 1) * width)))
}

/** Adds its next token to each answer that is open; gives those that still are. */
function appended(
  answers: readonly number[][],
  next: readonly number[],
  { ends, isOver = () => false }: Pick<Writing, 'ends' | 'isOver'>,
  open: readonly number[],
): number[] {
  return open.filter((b) => {
    const [id = 0, ids = []] = [next[b], answers[b]]
    if (ends.includes(id)) return false
    ids.push(id)
    return !isOver(ids)
  })
}

const positionsAt = (sequences: readonly Sequence[], past: number, made: number): Float32Array =>
  Float32Array.from(sequences, ({ questionEnd }) => past + questionEnd + made)

interface MaskWindow {
  readonly past: number
  /** Places of the questions, padding included. */
  readonly length: number
  readonly capacity: number
  /** Tokens of the answer so far. */
  readonly made: number
}

/** What an answer's next token sees of [cache | itself]: virtual tokens, its own question, and the answer so far. */
function windows(config: DecoderConfig, sequences: readonly Sequence[], span: MaskWindow): Feeds {
  const windowed = config.windowedLayers.some(Boolean)
  return {
    bias: windowOf(sequences, span, Infinity),
    ...(windowed ? { windowedBias: windowOf(sequences, span, config.window) } : {}),
  }
}

function windowOf(
  sequences: readonly Sequence[],
  { past, length, capacity, made }: MaskWindow,
  window: number,
): Tensor {
  const span = capacity + 1
  const data = new Float32Array(sequences.length * span).fill(MASK_VALUE)
  sequences.forEach(({ questionEnd, actsFrom }, b) => {
    const row = data.subarray(b * span, (b + 1) * span)
    const at = questionEnd + made
    const nearest = Math.max(0, at - window + 1)
    // As in method/batch.ts: a prefix at the start lies in the window like any token, one that serves the tail does not.
    const fromPast = actsFrom === 0 ? Math.min(past, Math.max(0, past + at - window + 1)) : 0
    row.fill(0, fromPast, past)
    row.fill(0, past + Math.min(questionEnd + 1, nearest), past + questionEnd + 1)
    const answerFrom = Math.max(0, nearest - questionEnd - 1)
    row.fill(0, past + length + answerFrom, past + length + made - 1)
    row[capacity] = 0
  })
  return { shape: [sequences.length, 1, 1, span], data }
}
