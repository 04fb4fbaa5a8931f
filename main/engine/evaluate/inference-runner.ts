// Runs forward passes of a frozen model, with or without a prompt: one session for each shape of the forward graph.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { Parts } from '../../contract/parts.ts'
import type { MemoryName } from '../../contract/settings.ts'
import type { Feeds, NamedTensors, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, firstOf, MASK_VALUE, integers, selection } from '../method/batch.ts'
import { hasOwnCopies } from '../model/weights.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { hasUpdates, noVirtualTokens, virtualTokensOf } from '../method/virtual.ts'
import { type ForwardShape, forwardGraph } from '../network/forward-graph.ts'
import { kvNames } from '../network/kv-names.ts'
import { shapeOfUpdate, updateFeeds } from '../network/linear-update.ts'
import { createSession, type Session } from '../runtime/session.ts'
import { createSessions } from '../runtime/sessions.ts'
import { tokensAtOnce } from './batches.ts'
import { type Buffers, createBuffers } from './buffers.ts'
import type { CachedTexts } from './cached-texts.ts'
import { asPresent, createKvCache, fromToken } from './kv-cache.ts'

/** A forward pass over some sequences. */
export interface Query {
  readonly sequences: readonly Sequence[]
  readonly parts: Parts | undefined
  /** For each sequence, the indices of the tokens whose hidden states, or next-token logits, are computed. */
  readonly targetPositions: readonly (readonly number[])[]
  /** The precomputed keys and values of all the sequences' constant starts. */
  readonly texts?: CachedTexts | undefined
  /** Keys and values of the sequences' common start, as `keysValues` gives them; `constant` is its length. */
  readonly sharedKv?: NamedTensors | undefined
  /** Position of each sequence's first token; 0 where absent. */
  readonly offset?: number
  /** Index of a past key that the attention mask hides from every token; all positions stay as they are. */
  readonly maskedToken?: number | undefined
}

export interface LogitsQuery extends Query {
  /** Token ids whose logits are computed; undefined = the whole vocabulary. */
  readonly candidates: readonly number[] | undefined
}

export interface PrecomputeOptions {
  /** Keys and values of the texts' common start [1, ...]: they are not computed again, and the results begin after them. */
  readonly sharedKv?: NamedTensors | undefined
  /** The head of the queries that will follow, so that one session serves both; the labels' where absent. */
  readonly head?: ForwardShape['head']
}

/** Serves one call after the other: a call reuses the buffers of the call before it. */
export interface InferenceRunner {
  readonly memory: MemoryName
  /** Tokens of one forward pass, padding included. */
  readonly tokensAtOnce: number
  /** Number of rows of the model's head, V. */
  readonly vocab: number
  /** Logits [sequences, slots, candidates or V]; slots = the most target positions of a sequence. */
  logits(query: LogitsQuery): Promise<Tensor>
  /** Last hidden states [sequences, slots, H], after the final norm; slots as of `logits`. */
  hidden(query: Query): Promise<Tensor>
  /**
   * Keys and values of texts without a prompt, `keys.<layer>` and `values.<layer>` [texts, kvHeads, longest, headDim];
   * the first token of each has position `past`. A long text that is alone is read in pieces: attention takes memory with the
   * product of the tokens of a pass and of all before them.
   */
  keysValues(texts: readonly (readonly number[])[], past: number, options?: PrecomputeOptions): Promise<NamedTensors>
  /** Opens the session of `keysValues`, which takes as long as a forward pass over some hundred tokens. */
  ready(): Promise<void>
  /** The session of a forward graph, for callers that keep a KV cache of their own. */
  session(shape: ForwardShape): Promise<Session>
  release(): Promise<void>
}

/** The KV precompute and the label scores after cached texts share one session: each further one maps the weights again. */
export const precomputeShape: ForwardShape = { embeddings: false, past: true, head: 'candidates', present: true }

const maxSessions: { readonly [M in MemoryName]: number } = { normal: 2, low: 1 }

export interface RunnerOptions {
  readonly threads: number
  /** normal where absent. */
  readonly memory?: MemoryName | undefined
  /** Sessions that stay open, each of which maps the weights again; by the memory setting where absent. */
  readonly sessions?: number
}

export function createInferenceRunner(model: PreparedModel, options: RunnerOptions): InferenceRunner {
  const { memory = 'normal' } = options
  const sessions = createSessions(options.sessions ?? maxSessions[memory])
  const buffers = createBuffers()
  const session = (shape: ForwardShape): Promise<Session> =>
    sessions.get(JSON.stringify(shape), () =>
      createSession(forwardGraph(model, shape), {
        weightsFolder: model.folder,
        provider: 'cpu',
        dialect: 'cpu',
        threads: options.threads,
        // Tensor sizes change from call to call: without an arena the heap fragments, to 1,355 MiB instead of 756.
        arena: true,
        packWeights: hasOwnCopies(model),
      }),
    )
  /** The head's output, under its name. */
  const pass = async (query: LogitsQuery, head: ForwardShape['head'], output: string): Promise<Tensor> => {
    const { parts, texts, sharedKv } = query
    const isCached = texts !== undefined || sharedKv !== undefined
    const shape = shapeOf(parts)
    const isChanged = shape.embeddings || shape.updates !== undefined || shape.weights !== undefined
    const isPrecompute = isCached && head !== 'vocabulary' && !isChanged
    const open = await session(
      isPrecompute ? { ...precomputeShape, head } : { ...shape, past: shape.past || isCached, head, present: false },
    )
    const { [output]: found } = await open.run(await queryFeeds(model, query, buffers))
    if (found === undefined) throw new RangeError(`the forward graph gave no ${output}`)
    return found
  }
  /** Keys and values of the texts' tokens after those of their start that are known. */
  const read = async (
    texts: readonly (readonly number[])[],
    past: number,
    { known, room, feeds }: KnownStart,
    head: ForwardShape['head'],
  ): Promise<NamedTensors> => {
    const open = await session({ ...precomputeShape, head })
    const sequences = texts.map((ids) => ({
      ...layOut({ before: ids, text: [], after: [] }, [], undefined),
      constant: known,
    }))
    const length = Math.max(...texts.map((ids) => ids.length)) - known
    const shape = { batch: texts.length, length, ...noVirtualTokens, cached: room }
    const {
      logits: _,
      hidden: __,
      ...found
    } = await open.run({
      ...shifted(batchFeeds(model.config, sequences, shape), past),
      ...feeds,
      ...noTargets(texts.length, length, head),
    })
    return found
  }
  return {
    memory,
    tokensAtOnce: tokensAtOnce[memory],
    vocab: model.config.vocab,
    session,
    logits: (query) => pass(query, query.candidates ? 'candidates' : 'vocabulary', 'logits'),
    hidden: (query) => pass({ ...query, candidates: undefined }, 'hidden', 'hidden'),
    async keysValues(texts, past, { sharedKv, head = precomputeShape.head } = {}) {
      const known = sharedKv?.['keys.0']?.shape[2] ?? 0
      const [text = []] = texts
      const most = tokensAtOnce[memory]
      if (texts.length > 1 || text.length - known <= most) {
        const start = { known, room: known, feeds: repeated(model.config, sharedKv, texts.length, buffers) }
        return read(texts, past, start, head)
      }
      const cache = createKvCache(model.config, 1, text.length, { start: known + most })
      let at = sharedKv ? cache.put(sharedKv, { at: 0 }) : 0
      while (at < text.length) {
        const start = { known: at, room: cache.capacity, feeds: cache.feeds() }
        at = cache.put(await read([text.slice(0, at + most)], past, start, head), { at })
      }
      return fromToken(asPresent(cache.feeds()), known)
    },
    async ready() {
      await session(precomputeShape)
    },
    release() {
      buffers.clear()
      return sessions.release()
    },
  }
}

/** The start of texts whose keys and values are known. */
interface KnownStart {
  /** Its tokens. */
  readonly known: number
  /** Tokens that the feeds have room for: what is behind the start is masked. */
  readonly room: number
  /** Graph inputs `past.*`. */
  readonly feeds: Feeds
}

async function queryFeeds(
  model: PreparedModel,
  { sequences, parts, targetPositions, candidates, texts, sharedKv, offset = 0, maskedToken }: LogitsQuery,
  buffers: Buffers,
): Promise<Feeds> {
  const cached = (texts ?? sharedKv) ? Math.max(...sequences.map(({ constant }) => constant)) : 0
  const shape = {
    batch: sequences.length,
    length: Math.max(...sequences.map((sequence) => sequence.ids.length - firstOf(sequence, { cached }))),
    ...virtualTokensOf(parts),
    cached,
    updates: hasUpdates(parts),
  }
  const cachedFeeds = await texts?.feeds(sequences, { ...shape, offset: shape.past }, buffers)
  return {
    ...without(shifted(batchFeeds(model.config, sequences, shape), offset), maskedToken),
    ...(parts ? partsFeeds(parts, cachedFeeds ? 0 : shape.batch) : {}),
    ...(cachedFeeds ? pastAndTexts(cachedFeeds, parts) : {}),
    ...(sharedKv ? repeated(model.config, sharedKv, shape.batch, buffers) : {}),
    select: selection(sequences, targetPositions, Math.max(1, ...targetPositions.map((slots) => slots.length)), shape),
    ...(candidates ? { candidates: integers(candidates) } : {}),
  }
}

/** Feeds where logits are not needed: no target position is selected, and one candidate where the head takes candidates. */
const noTargets = (batch: number, length: number, head: ForwardShape['head']): Feeds => ({
  select: { shape: [batch, 1, length], data: new Float32Array(batch * length) },
  ...(head === 'candidates' ? { candidates: integers([0]) } : {}),
})

/** The same feeds with every position `by` later. */
export function shifted(feeds: Feeds, by: number): Feeds {
  const { shape, data } = feeds['positions'] as Tensor
  return by === 0 ? feeds : { ...feeds, positions: { shape, data: data.map((at) => at + by) } }
}

/** The same feeds with one key masked for every query. */
function without(feeds: Feeds, key: number | undefined): Feeds {
  if (key === undefined) return feeds
  const masked = ['bias', 'windowedBias'].flatMap((name): [string, Tensor][] => {
    const bias = feeds[name] as Tensor | undefined
    const span = bias?.shape.at(-1) ?? 0
    return bias
      ? [[name, { shape: bias.shape, data: bias.data.map((value, i) => (i % span === key ? MASK_VALUE : value)) }]]
      : []
  })
  return { ...feeds, ...Object.fromEntries(masked) }
}

/** Graph inputs `past.*`: keys and values of a common start, repeated for every row; of no tokens where it is undefined. */
export function repeated(
  { layers, kvHeads, headDim }: DecoderConfig,
  sharedKv: NamedTensors | undefined,
  batch: number,
  buffers: Buffers,
): Feeds {
  const feeds = kvNames(layers).map((name): [string, Tensor] => {
    const { shape, data } = sharedKv?.[name] ?? { shape: [1, kvHeads, 0, headDim], data: new Float32Array() }
    const all = buffers.take(name, batch * data.length)
    for (let row = 0; row < batch; row++) all.set(data, row * data.length)
    return [`past.${name}`, { shape: [batch, ...shape.slice(1)], data: all }]
  })
  return Object.fromEntries(feeds)
}

/** Graph inputs `past.*`: the cached texts, with the parts' keys and values in the positions left free before them. */
function pastAndTexts(texts: NamedTensors, parts: Parts | undefined): Feeds {
  const past = Object.entries(texts).map(([name, all]): [string, Tensor] => [name.replace('cached.', 'past.'), all])
  const feeds = Object.fromEntries(past)
  parts?.past?.forEach(({ keys, values }, layer) => {
    putFirst(feeds[`past.keys.${layer}`] as Tensor, keys)
    putFirst(feeds[`past.values.${layer}`] as Tensor, values)
  })
  return feeds
}

/** The inputs that the forward graph needs for these parts. */
export const shapeOf = (
  parts: Parts | undefined,
): Pick<ForwardShape, 'embeddings' | 'past' | 'updates' | 'weights'> => ({
  embeddings: parts?.embeddings !== undefined,
  past: parts?.past !== undefined,
  ...(hasUpdates(parts) ? { updates: parts?.updates?.map(shapeOfUpdate) ?? [] } : {}),
  ...(parts?.weights ? { weights: Object.keys(parts.weights) } : {}),
})

/** Feeds of what the parts change inside the network, the same in every pass. No array is copied. */
export const networkFeeds = (parts: Parts | undefined): Feeds => ({
  ...updateFeeds(parts?.updates ?? []),
  ...parts?.weights,
})

/** Feeds of a pass over one token of each row: its hidden state is selected, and linear maps are updated on it. */
export function oneOfEach(rows: number, parts: Parts | undefined): Feeds {
  const ones = { shape: [rows, 1, 1], data: new Float32Array(rows).fill(1) }
  return { select: ones, ...(hasUpdates(parts) ? { updateMask: ones } : {}) }
}

/** Parts as graph inputs: past keys and values are repeated for every sequence of the batch, and left out for none. */
export function partsFeeds(parts: Parts, batch: number): Feeds {
  const { embeddings, past = [] } = parts
  const repeatedFor = (each: Tensor): Tensor => {
    const [tokens = 0, heads = 0, width = 0] = each.shape
    const all = { shape: [batch, heads, tokens, width], data: new Float32Array(batch * each.data.length) }
    putFirst(all, each)
    return all
  }
  const pastFeeds = (batch > 0 ? past : []).flatMap(({ keys, values }, layer): [string, Tensor][] => [
    [`past.keys.${layer}`, repeatedFor(keys)],
    [`past.values.${layer}`, repeatedFor(values)],
  ])
  return {
    ...(embeddings ? { embeddings } : {}),
    ...Object.fromEntries(pastFeeds),
    ...networkFeeds(parts),
  }
}

/** Writes a layer's [P, kvHeads, D] to the first P positions of every row of `all` [batch, kvHeads, P or more, D]. */
function putFirst(all: Tensor, { shape, data }: Tensor): void {
  const [tokens = 0, heads = 0, width = 0] = shape
  const transposed = new Float32Array(data.length)
  for (let p = 0; p < tokens; p++)
    for (let h = 0; h < heads; h++)
      transposed.set(data.subarray((p * heads + h) * width, (p * heads + h + 1) * width), (h * tokens + p) * width)
  const [size, stride] = [tokens * width, (all.shape[2] ?? 0) * width]
  for (let at = 0; at * stride < all.data.length; at++) {
    const head = (at % heads) * size
    all.data.set(transposed.subarray(head, head + size), at * stride)
  }
}
