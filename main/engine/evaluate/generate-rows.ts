// Writes answers to many rows at once, greedily: keys and values of some rows side by side, a token of each in a pass.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, hidden, integers, selection } from '../method/batch.ts'
import { layOut, type Segments, type Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { VirtualPrompt } from './label-scores.ts'
import { promptFeeds, type Reader } from './reader.ts'

/** Rows that are written at once: weights are read once for all of them, keys and values for each. */
const mostRows = 16

export interface Writing {
  readonly config: DecoderConfig
  /** Tokens that end an answer. */
  readonly ends: readonly number[]
  /** Tokens of an answer at most. */
  readonly most: number
  /** Whether nothing that may still follow these ids belongs to the answer. */
  readonly isOver?: (ids: readonly number[]) => boolean
}

/** Ids of each row's answer, without the token that ends it but with those that made it be over. */
export async function generateRows(
  reader: Reader,
  rows: readonly Segments[],
  virtual: VirtualPrompt | undefined,
  writing: Writing,
  onProgress: (done: number) => void,
): Promise<number[][]> {
  const sequences = rows.map((segments) => layOut(segments, [], virtual?.settings))
  const answers = new Array<number[]>(rows.length)
  let done = 0
  for (const some of byLength([...sequences.keys()], (row) => sequences[row]?.ids.length ?? 0, reader.tokensAtOnce))
    for (let at = 0; at < some.length; at += mostRows) {
      const chosen = some.slice(at, at + mostRows)
      const written = await writeBatch(
        reader,
        chosen.map((row) => sequences[row] as Sequence),
        virtual,
        writing,
      )
      chosen.forEach((row, b) => (answers[row] = written[b] ?? []))
      onProgress((done += chosen.length))
    }
  return answers
}

async function writeBatch(
  reader: Reader,
  sequences: readonly Sequence[],
  virtual: VirtualPrompt | undefined,
  { config, most, ...writing }: Writing,
): Promise<number[][]> {
  const batch = sequences.length
  const length = Math.max(...sequences.map(({ ids }) => ids.length))
  const rows = virtual?.prompt.method === 'prompt' ? virtual.settings.tokens : 0
  const past = virtual?.prompt.method === 'prefix' ? virtual.settings.tokens : 0
  const shape = { batch, length, rows, past, read: 0 }
  const given = virtual ? promptFeeds(virtual.prompt, batch) : {}
  const question = await reader.session({ rows: rows > 0, past: past > 0, head: 'vocabulary', present: true })
  const last = sequences.map(({ questionEnd }) => [questionEnd])
  const first = await question.run({
    ...batchFeeds(config, sequences, shape),
    ...given,
    select: selection(sequences, last, 1, shape),
  })
  const answers = sequences.map((): number[] => [])
  let open = appended(answers, first, writing)
  if (open.length === 0 || most <= 1) return answers
  const held = createBatchCache(config, batch, past + length + most)
  if (past > 0) held.put(given, 0, 'past.')
  held.put(first, past, '')
  const step = await reader.session({ rows: false, past: true, head: 'vocabulary', present: true })
  for (let made = 1; made < most && open.length > 0; made++) {
    const at = past + length + made - 1
    const found = await step.run({
      ids: integers(
        answers.map((ids) => ids[made - 1] ?? 0),
        [batch, 1],
      ),
      positions: { shape: [batch, 1], data: positionsAt(sequences, past, made) },
      ...sights(config, sequences, { past, length, capacity: held.capacity, made }),
      ...held.feeds(),
      select: { shape: [batch, 1, 1], data: new Float32Array(batch).fill(1) },
    })
    held.put(found, at, '')
    open = appended(answers, found, writing, open)
  }
  return answers
}

/** Adds the likeliest token to each answer that is open; gives those that still are. */
function appended(
  answers: readonly number[][],
  { logits }: NamedTensors,
  { ends, isOver = () => false }: Pick<Writing, 'ends' | 'isOver'>,
  open: readonly number[] = answers.map((_, b) => b),
): number[] {
  const { data, shape } = logits as Tensor
  const width = shape.at(-1) ?? 0
  return open.filter((b) => {
    let best = 0
    for (let id = 1; id < width; id++) if ((data[b * width + id] ?? 0) > (data[b * width + best] ?? 0)) best = id
    const ids = answers[b] ?? []
    if (ends.includes(best)) return false
    ids.push(best)
    return !isOver(ids)
  })
}

const positionsAt = (sequences: readonly Sequence[], past: number, made: number): Float32Array =>
  Float32Array.from(sequences, ({ questionEnd }) => past + questionEnd + made)

interface Sight {
  readonly past: number
  /** Places of the questions, padding included. */
  readonly length: number
  readonly capacity: number
  /** Tokens of the answer so far. */
  readonly made: number
}

/** What an answer's next token sees of [cache | itself]: virtual tokens, its own question, and the answer so far. */
function sights(config: DecoderConfig, sequences: readonly Sequence[], sight: Sight): Feeds {
  const windowed = config.windowedLayers.some(Boolean)
  return {
    bias: sightOf(sequences, sight, Infinity),
    ...(windowed ? { windowedBias: sightOf(sequences, sight, config.window) } : {}),
  }
}

function sightOf(sequences: readonly Sequence[], { past, length, capacity, made }: Sight, window: number): Tensor {
  const span = capacity + 1
  const data = new Float32Array(sequences.length * span).fill(hidden)
  sequences.forEach(({ questionEnd, seesPastFrom }, b) => {
    const row = data.subarray(b * span, (b + 1) * span)
    const at = questionEnd + made
    const nearest = Math.max(0, at - window + 1)
    // As in method/batch.ts: a prefix at the start lies in the window like any token, one that serves the tail does not.
    const fromPast = seesPastFrom === 0 ? Math.min(past, Math.max(0, past + at - window + 1)) : 0
    row.fill(0, fromPast, past)
    row.fill(0, past + Math.min(questionEnd + 1, nearest), past + questionEnd + 1)
    const answerFrom = Math.max(0, nearest - questionEnd - 1)
    row.fill(0, past + length + answerFrom, past + length + made - 1)
    row[capacity] = 0
  })
  return { shape: [sequences.length, 1, 1, span], data }
}

/** Keys and values of all rows [batch, kvHeads, capacity, headDim]; places that nothing was put into are hidden. */
function createBatchCache({ layers, kvHeads, headDim }: DecoderConfig, batch: number, capacity: number) {
  const names = Array.from({ length: layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat()
  const heads = batch * kvHeads
  const held = new Map(names.map((name) => [name, new Float32Array(heads * capacity * headDim)]))
  const shape = [batch, kvHeads, capacity, headDim]
  return {
    capacity,
    put(from: Feeds | NamedTensors, at: number, prefix: string): void {
      for (const [name, to] of held) {
        const { data, shape: own } = from[prefix + name] as Tensor
        const width = (own[2] ?? 0) * headDim
        for (let head = 0; head < heads; head++)
          to.set(data.subarray(head * width, (head + 1) * width), (head * capacity + at) * headDim)
      }
    },
    feeds: (): Feeds =>
      Object.fromEntries([...held].map(([name, data]): [string, Tensor] => [`past.${name}`, { shape, data }])),
  }
}
