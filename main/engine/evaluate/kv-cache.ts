// Keys and values of what has been read so far, in arrays laid out once for all that will come.
import type { DecoderConfig } from '../../contract/model.ts'
import { type Feeds, type NamedTensors, type Tensor } from '../../contract/tensor.ts'
import { kvNames } from '../network/kv-names.ts'
import { type Buffers, createBuffers } from './buffers.ts'

export interface KvCache {
  /** Places of each row. */
  readonly capacity: number
  /**
   * Puts one row of `keys.<layer>` and `values.<layer>` [rows, kvHeads, tokens, headDim] into a row of the cache; gives
   * the place behind it.
   */
  put(present: NamedTensors, where: Place): number
  /** Graph inputs `past.keys.<layer>` and `past.values.<layer>` [rows, kvHeads, capacity, headDim]; unused places are zero. */
  feeds(): Feeds
}

export interface Place {
  /** Of what was read; 0 where absent. */
  readonly from?: number
  /** Of the cache; 0 where absent. */
  readonly row?: number
  /** The first token's. */
  readonly at: number
}

/** `buffers`: those of an earlier cache, which is written over. */
export function createKvCache(
  { layers, kvHeads, headDim }: DecoderConfig,
  rows: number,
  capacity: number,
  buffers: Buffers = createBuffers(),
): KvCache {
  const names = kvNames(layers)
  const shape = [rows, kvHeads, capacity, headDim]
  const held = new Map(names.map((name) => [name, buffers.take(name, rows * kvHeads * capacity * headDim).fill(0)]))
  return {
    capacity,
    put(present, where) {
      for (const [name, data] of held) copyRow(present[name], data, where)
      return where.at + (present[names[0] ?? '']?.shape[2] ?? 0)
    },
    feeds: () =>
      Object.fromEntries([...held].map(([name, data]): [string, Tensor] => [`past.${name}`, { shape, data }])),
  }

  function copyRow(present: Tensor | undefined, to: Float32Array, { from = 0, row = 0, at }: Place): void {
    if (present === undefined) throw new RangeError('the forward graph gave too few keys and values')
    const tokens = present.shape[2] ?? 0
    if (at + tokens > capacity) throw new RangeError(`${tokens} tokens at ${at} are more than ${capacity}`)
    const width = tokens * headDim
    for (let head = 0; head < kvHeads; head++) {
      const start = (from * kvHeads + head) * width
      to.set(present.data.subarray(start, start + width), ((row * kvHeads + head) * capacity + at) * headDim)
    }
  }
}

/** Virtual keys and values, as the graph is fed with them, under the names that it gives new ones. */
export const asPresent = (feeds: Feeds): NamedTensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name.replace(/^past\./, ''), tensor as Tensor]))
