// KV precompute: computes keys and values of the tokens before a prompt once, and caches them for all steps and epochs.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import { kvNames } from '../network/kv-names.ts'
import { byLength } from './batches.ts'
import { type Buffers, createBuffers } from './buffers.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { sharedStart } from './shared-start.ts'
import type { Block, KvStore } from './kv-store.ts'
import type { CachedTexts, CachedShape } from './cached-texts.ts'

/** Size of one token's keys and values over all layers, in numbers. */
const valuesOfToken = ({ layers, kvHeads, headDim }: DecoderConfig): number => layers * 2 * kvHeads * headDim

/** Size of the keys and values of the sequences' constant starts, in numbers; equal starts count once. */
export const cachedValues = (config: DecoderConfig, sequences: readonly Sequence[]): number =>
  distinct(sequences).reduce((sum, { constant }) => sum + constant, 0) * valuesOfToken(config)

/** Identifies a sequence's constant start. */
const startOf = ({ ids, constant }: Sequence): string => ids.slice(0, constant).join()

const distinct = (sequences: readonly Sequence[]): Sequence[] => [
  ...new Map(sequences.map((sequence) => [startOf(sequence), sequence])).values(),
]

/** What identifies a text's block: model, precision, first position and token ids; and the block's size in numbers. */
interface BlockEntry {
  readonly key: string
  readonly values: number
}

const entryOf = ({ hash, precision, config }: PreparedModel, past: number, ids: readonly number[]): BlockEntry => ({
  key: [hash, precision, past, ids].join(),
  values: ids.length * valuesOfToken(config),
})

const entryOfStart = (model: PreparedModel, past: number, { ids, constant }: Sequence): BlockEntry =>
  entryOf(model, past, ids.slice(0, constant))

/** The texts whose keys and values no earlier run has stored. */
export async function missingTexts(
  { model, store, past }: Omit<PrecomputeJob, 'runner'>,
  texts: readonly Sequence[],
): Promise<Sequence[]> {
  const missing: Sequence[] = []
  for (const text of texts) {
    const { key, values } = entryOfStart(model, past, text)
    if (!(await store.has(key, values))) missing.push(text)
  }
  return missing
}

export interface PrecomputeJob {
  readonly model: PreparedModel
  readonly runner: InferenceRunner
  readonly store: KvStore
  /** Number of a prompt's past keys and values: the position of a text's first token. */
  readonly past: number
}

/**
 * The cache of these sequences' constant starts. Nothing is computed before it is asked for, and what an earlier run stored
 * is used again. `onProgress` is called before the first forward pass and after each.
 */
export async function cacheTexts(
  { model, runner, store, past }: PrecomputeJob,
  sequences: readonly Sequence[],
  onProgress: (done: number, total: number) => void,
): Promise<CachedTexts> {
  const { config } = model
  const entryFor = (text: Sequence): BlockEntry => entryOfStart(model, past, text)
  const texts = distinct(sequences).filter(({ constant }) => constant > 0)
  const missing = await missingTexts({ model, store, past }, texts)
  await store.reserve(missing.reduce((sum, text) => sum + entryFor(text).values, 0))
  const pending = new Map(missing.map((text) => [startOf(text), text.ids.slice(0, text.constant)]))
  const shared = missing.length > 1 ? sharedStart([...pending.values()]) : []
  const report = (): void => onProgress(texts.length - pending.size, texts.length)
  let sharedKv: NamedTensors | undefined
  if (missing.length === 0) report()

  /** The blocks of some texts, in their order, stored where there is room. */
  const compute = async (some: readonly (readonly number[])[], start: NamedTensors | undefined): Promise<Block[]> => {
    const present = await runner.keysValues(some, past, { sharedKv: start })
    const before = start ? shared.length : 0
    const blocks: Block[] = []
    for (const [row, ids] of some.entries()) {
      const { key, values } = entryOf(model, past, ids)
      const block = new Float32Array(values)
      if (start) fill(config, block, start, { row: 0, at: 0, count: before, of: ids.length })
      fill(config, block, present, { row, at: before, count: ids.length - before, of: ids.length })
      blocks.push(await store.put(key, block))
      pending.delete(ids.join())
    }
    return blocks
  }
  /** Blocks that found no room, or that somebody has deleted, are computed again. */
  const recompute = async (lost: readonly Sequence[]): Promise<Map<string, Block>> => {
    const found = new Map<string, Block>()
    const starts = distinct(lost).map(({ ids, constant }) => ids.slice(0, constant))
    for (const some of byLength(starts, ({ length }) => length, runner.tokensAtOnce)) {
      const blocks = await compute(some, undefined)
      for (const [row, ids] of some.entries()) found.set(ids.join(), blocks[row] as Block)
    }
    return found
  }
  return {
    async precompute(requested) {
      if (pending.size === 0) return
      const starts = distinct(requested).flatMap((text) => {
        const ids = pending.get(startOf(text))
        return ids ? [ids] : []
      })
      if (starts.length === 0) return
      await runner.ready()
      report()
      if (shared.length > 0) sharedKv ??= await runner.keysValues([shared], past)
      for (const some of byLength(starts, ({ length }) => length - shared.length, runner.tokensAtOnce)) {
        await compute(some, sharedKv)
        report()
      }
    },
    async feeds(requested, shape, buffers = createBuffers()) {
      const stored = await Promise.all(
        requested.map(async (sequence) => {
          const { key, values } = entryFor(sequence)
          return values > 0 ? store.get(key, values) : new Float32Array()
        }),
      )
      const computed = await recompute(requested.filter((_, i) => stored[i] === undefined))
      const blocks = requested.map((sequence, i) => stored[i] ?? computed.get(startOf(sequence)))
      return feedsOf(config, blocks, shape, buffers)
    },
    prefetch: (sequences) =>
      store.prefetch(
        distinct(sequences)
          .map(entryFor)
          .filter(({ values }) => values > 0),
      ),
  }
}

/** Tokens of a text whose keys and values come from one row of a result: `count` from index `at` on, `of` in all. */
interface TokenRange {
  readonly row: number
  readonly at: number
  readonly count: number
  readonly of: number
}

/** Copies a range of tokens into a text's block: [kvHeads, of, headDim] for each of `kvNames`. */
function fill(
  config: DecoderConfig,
  block: Float32Array,
  present: NamedTensors,
  { row, at, count, of }: TokenRange,
): void {
  const { kvHeads, headDim } = config
  kvNames(config.layers).forEach((name, index) => {
    const { data, shape } = present[name] as Tensor
    const stride = (shape[2] ?? 0) * headDim
    for (let head = 0; head < kvHeads; head++) {
      const from = (row * kvHeads + head) * stride
      block.set(data.subarray(from, from + count * headDim), ((index * kvHeads + head) * of + at) * headDim)
    }
  })
}

function feedsOf(
  config: DecoderConfig,
  blocks: readonly (Block | undefined)[],
  { batch, offset = 0, cached }: CachedShape,
  buffers: Buffers,
): NamedTensors {
  const { kvHeads, headDim } = config
  const length = offset + cached
  const shape = [batch, kvHeads, length, headDim]
  const names = kvNames(config.layers)
  const feeds = names.map((layer, at): [string, Tensor] => {
    const name = `cached.${layer}`
    const data = buffers.take(name, batch * kvHeads * length * headDim)
    for (let row = 0; row < batch; row++) {
      const block = blocks[row] ?? new Float32Array()
      const size = block.length / (names.length * kvHeads)
      for (let head = 0; head < kvHeads; head++) {
        const from = (at * kvHeads + head) * size
        const to = ((row * kvHeads + head) * length + offset) * headDim
        data.set(block.subarray(from, from + size), to)
        data.fill(0, to + size, to + cached * headDim)
      }
    }
    return [name, { shape, data }]
  })
  return Object.fromEntries(feeds)
}
