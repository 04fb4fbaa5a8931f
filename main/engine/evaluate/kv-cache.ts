// The KV cache of a generation: arrays that each forward pass appends to, which grow with the answer.
import type { DecoderConfig } from '../../contract/model.ts'
import { type Feeds, type NamedTensors, type Tensor } from '../../contract/tensor.ts'
import { kvNames } from '../network/kv-names.ts'
import { type Buffers, createBuffers } from './buffers.ts'

export interface KvCache {
  /** Tokens of a row that the arrays hold now. */
  readonly capacity: number
  /**
   * Copies one row of `keys.<layer>` and `values.<layer>` [rows, kvHeads, tokens, headDim] into a row of the cache; gives
   * the position after it. Throws RangeError beyond the largest capacity.
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
  /** Tokens to copy; all that the source has where absent. */
  readonly count?: number
}

export interface KvCacheOptions {
  /** Tokens of a row at first: every forward pass reads all that the arrays hold, used or not. The largest where absent. */
  readonly start?: number
  /** Those of an earlier cache, whose contents are lost. */
  readonly buffers?: Buffers
}

/** A cache of zeros for at most `largest` tokens of a row; its capacity doubles where it is used up. */
export function createKvCache(
  { layers, kvHeads, headDim }: DecoderConfig,
  rows: number,
  largest: number,
  { start = largest, buffers = createBuffers() }: KvCacheOptions = {},
): KvCache {
  const names = kvNames(layers)
  let capacity = Math.min(start, largest)
  const sizeOf = (tokens: number): number => rows * kvHeads * tokens * headDim
  const arrays = new Map(names.map((name) => [name, buffers.take(name, sizeOf(capacity)).fill(0)]))
  return {
    get capacity() {
      return capacity
    },
    put(present, where) {
      const end = where.at + (where.count ?? present[names[0] ?? '']?.shape[2] ?? 0)
      if (end > largest) throw new RangeError(`${end - where.at} tokens at ${where.at} are more than ${largest}`)
      if (end > capacity) grow(Math.min(largest, Math.max(end, 2 * capacity)))
      for (const [name, data] of arrays) copyRow(present[name], data, where)
      return end
    },
    feeds: () =>
      Object.fromEntries(
        [...arrays].map(([name, data]): [string, Tensor] => [
          `past.${name}`,
          { shape: [rows, kvHeads, capacity, headDim], data },
        ]),
      ),
  }

  function grow(to: number): void {
    const [from, width] = [capacity * headDim, to * headDim]
    for (const [name, data] of arrays) {
      const larger = new Float32Array(sizeOf(to))
      for (let head = 0; head < rows * kvHeads; head++)
        larger.set(data.subarray(head * from, (head + 1) * from), head * width)
      arrays.set(name, larger)
    }
    capacity = to
  }

  function copyRow(present: Tensor | undefined, to: Float32Array, { from = 0, row = 0, at, count }: Place): void {
    if (present === undefined) throw new RangeError('the forward graph gave too few keys and values')
    const width = (present.shape[2] ?? 0) * headDim
    const copied = count === undefined ? width : count * headDim
    for (let head = 0; head < kvHeads; head++) {
      const start = (from * kvHeads + head) * width
      to.set(present.data.subarray(start, start + copied), ((row * kvHeads + head) * capacity + at) * headDim)
    }
  }
}

/** Graph inputs `past.*` under the names of the graph's outputs, as `put` takes them. */
export const asPresent = (feeds: Feeds): NamedTensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name.replace(/^past\./, ''), tensor as Tensor]))

/** The graph's outputs under the names of its inputs `past.*`. */
export const asPast = (present: NamedTensors): Feeds =>
  Object.fromEntries(Object.entries(present).map(([name, tensor]) => [`past.${name}`, tensor]))

/** Keys and values [rows, kvHeads, tokens, headDim] from a token on. */
export function fromToken(present: NamedTensors, first: number): NamedTensors {
  if (first === 0) return present
  const entries = Object.entries(present).map(([name, { shape, data }]): [string, Tensor] => {
    const [rows = 0, heads = 0, tokens = 0, width = 0] = shape
    const rest = new Float32Array(rows * heads * (tokens - first) * width)
    for (let head = 0; head < rows * heads; head++)
      rest.set(
        data.subarray((head * tokens + first) * width, (head + 1) * tokens * width),
        head * (tokens - first) * width,
      )
    return [name, { shape: [rows, heads, tokens - first, width], data: rest }]
  })
  return Object.fromEntries(entries)
}
