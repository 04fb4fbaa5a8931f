// Reads texts once: keys and values of what stands before the virtual tokens, kept for every step and epoch to come.
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

/** Numbers that a token's keys and values are made of. */
const valuesOfToken = ({ layers, kvHeads, headDim }: DecoderConfig): number => layers * 2 * kvHeads * headDim

/** How many numbers the constant starts of the sequences take, each different one once. */
export const cachedValues = (config: DecoderConfig, sequences: readonly Sequence[]): number =>
  distinct(sequences).reduce((sum, { constant }) => sum + constant, 0) * valuesOfToken(config)

/** Two sequences with the same start start alike. */
const startOf = ({ ids, constant }: Sequence): string => ids.slice(0, constant).join()

const distinct = (sequences: readonly Sequence[]): Sequence[] => [
  ...new Map(sequences.map((sequence) => [startOf(sequence), sequence])).values(),
]

/** A text by its model, its precision, its place and its tokens, and how many numbers it comes to. */
interface Wanted {
  readonly key: string
  readonly values: number
}

const wantedText = ({ hash, precision, config }: PreparedModel, past: number, ids: readonly number[]): Wanted => ({
  key: [hash, precision, past, ids].join(),
  values: ids.length * valuesOfToken(config),
})

const wantedOf = (model: PreparedModel, past: number, { ids, constant }: Sequence): Wanted =>
  wantedText(model, past, ids.slice(0, constant))

/** Those that no earlier run has read. */
export async function missingTexts(
  { model, store, past }: Omit<PrecomputeJob, 'reader'>,
  texts: readonly Sequence[],
): Promise<Sequence[]> {
  const missing: Sequence[] = []
  for (const text of texts) {
    const { key, values } = wantedOf(model, past, text)
    if (!(await store.has(key, values))) missing.push(text)
  }
  return missing
}

export interface PrecomputeJob {
  readonly model: PreparedModel
  readonly reader: InferenceRunner
  readonly store: KvStore
  /** Positions that virtual keys and values take before the text. */
  readonly past: number
}

/**
 * The constant starts of all these sequences, to be read by forward passes when they are needed; those that lie ready
 * from an earlier run need not be. Each reading begins by telling how many are done.
 */
export async function cacheTexts(
  { model, reader, store, past }: PrecomputeJob,
  sequences: readonly Sequence[],
  onProgress: (done: number, total: number) => void,
): Promise<CachedTexts> {
  const { config } = model
  const wanted = (text: Sequence): Wanted => wantedOf(model, past, text)
  const texts = distinct(sequences).filter(({ constant }) => constant > 0)
  const missing = await missingTexts({ model, store, past }, texts)
  const pending = new Map(missing.map((text) => [startOf(text), text.ids.slice(0, text.constant)]))
  const shared = missing.length > 1 ? sharedStart([...pending.values()]) : []
  const report = (): void => onProgress(texts.length - pending.size, texts.length)
  let opening: NamedTensors | undefined
  if (missing.length === 0) report()

  const keep = async (ids: readonly number[], present: NamedTensors, row: number): Promise<void> => {
    const { key, values } = wantedText(model, past, ids)
    const block = new Float32Array(values)
    if (opening) fill(config, block, opening, { row: 0, at: 0, count: shared.length, of: ids.length })
    const own = { row, at: shared.length, count: ids.length - shared.length, of: ids.length }
    fill(config, block, present, own)
    await store.put(key, block)
  }
  return {
    async precompute(requested) {
      if (pending.size === 0) return
      const starts = distinct(requested).flatMap((text) => {
        const ids = pending.get(startOf(text))
        return ids ? [ids] : []
      })
      if (starts.length === 0) return
      await reader.ready()
      report()
      if (shared.length > 0) opening ??= await reader.keysValues([shared], past)
      for (const some of byLength(starts, ({ length }) => length - shared.length, reader.tokensAtOnce)) {
        const present = await reader.keysValues(some, past, { opening })
        for (const [row, ids] of some.entries()) {
          await keep(ids, present, row)
          pending.delete(ids.join())
        }
        report()
      }
    },
    async feeds(requested, shape, buffers = createBuffers()) {
      const blocks = await Promise.all(
        requested.map((sequence) => {
          const { key, values } = wanted(sequence)
          return values > 0 ? store.get(key, values) : Promise.resolve(undefined)
        }),
      )
      return feedsOf(config, blocks, shape, buffers)
    },
    prefetch: (coming) =>
      store.prefetch(
        distinct(coming)
          .map(wanted)
          .filter(({ values }) => values > 0),
      ),
  }
}

/** Some of the tokens of a text: those of one row of what was read, `count` from index `at` on, `of` all. */
interface Part {
  readonly row: number
  readonly at: number
  readonly count: number
  readonly of: number
}

/** Puts a part into a text's block, [kvHeads, of, headDim] for each of `keyNames`. */
function fill(config: DecoderConfig, block: Float32Array, present: NamedTensors, { row, at, count, of }: Part): void {
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
