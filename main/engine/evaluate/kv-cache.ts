// The KV cache of a generation: arrays of a fixed capacity that each forward pass appends to.
import type { DecoderConfig } from '../../contract/model.ts'
import { type Feeds, type NamedTensors, type Tensor } from '../../contract/tensor.ts'
import { kvNames } from '../network/kv-names.ts'
import { type Buffers, createBuffers } from './buffers.ts'

export interface KvCache {
  /** Tokens of a row at most. */
  readonly capacity: number
  /**
   * Copies one row of `keys.<layer>` and `values.<layer>` [rows, kvHeads, tokens, headDim] into a row of the cache; gives
   * the position after it. Throws RangeError beyond the capacity.
   */
  put(present: NamedTensors, where: Place): number
  /** Graph inputs `past.keys.<layer>`, `past.values.<layer>` [rows, kvHeads, capacity, headDim]; unused positions are 0. */
  feeds(): Feeds
}

export interface Place {
  /** Row of the source tensors; 0 where absent. */
  readonly from?: number
  /** Row of the cache; 0 where absent. */
  readonly row?: number
  /** Position of the first token in the cache. */
  readonly at: number
}

/** A cache of zeros. `buffers`: those of an earlier cache, whose contents are lost. */
export function createKvCache(
  { layers, kvHeads, headDim }: DecoderConfig,
  rows: number,
  capacity: number,
  buffers: Buffers = createBuffers(),
): KvCache {
  const names = kvNames(layers)
  const shape = [rows, kvHeads, capacity, headDim]
  const arrays = new Map(names.map((name) => [name, buffers.take(name, rows * kvHeads * capacity * headDim).fill(0)]))
  return {
    capacity,
    put(present, where) {
      for (const [name, data] of arrays) copyRow(present[name], data, where)
      return where.at + (present[names[0] ?? '']?.shape[2] ?? 0)
    },
    feeds: () =>
      Object.fromEntries([...arrays].map(([name, data]): [string, Tensor] => [`past.${name}`, { shape, data }])),
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

/** Graph inputs `past.*` under the names of the graph's outputs, as `put` takes them. */
export const asPresent = (feeds: Feeds): NamedTensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name.replace(/^past\./, ''), tensor as Tensor]))
