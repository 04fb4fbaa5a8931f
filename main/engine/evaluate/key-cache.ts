// Keys and values of what a generation has read so far, in arrays laid out once for all that will come.
import type { DecoderConfig } from '../../contract/model.ts'
import { type Feeds, type NamedTensors, type Tensor } from '../../contract/tensor.ts'

export interface KeyCache {
  readonly capacity: number
  /** Tokens held, virtual ones included. */
  readonly length: number
  /** Adds `keys.<layer>` and `values.<layer>` [1, kvHeads, tokens, headDim] behind what is held. */
  append(present: NamedTensors): void
  /** Graph inputs `past.keys.<layer>` and `past.values.<layer>` [1, kvHeads, capacity, headDim]; unused places are zero. */
  feeds(): Feeds
}

export function createKeyCache({ layers, kvHeads, headDim }: DecoderConfig, capacity: number): KeyCache {
  const names = Array.from({ length: layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat()
  const shape = [1, kvHeads, capacity, headDim]
  const held = new Map(names.map((name) => [name, new Float32Array(kvHeads * capacity * headDim)]))
  let length = 0
  return {
    capacity,
    get length() {
      return length
    },
    append(present) {
      const added = present[names[0] ?? '']?.shape[2] ?? 0
      for (const [name, data] of held) copyHeads(present[name], data, length)
      length += added
    },
    feeds: () =>
      Object.fromEntries([...held].map(([name, data]): [string, Tensor] => [`past.${name}`, { shape, data }])),
  }

  function copyHeads(from: Tensor | undefined, to: Float32Array, at: number): void {
    if (from === undefined) throw new RangeError('the forward graph gave too few keys and values')
    const width = (from.shape[2] ?? 0) * headDim
    for (let head = 0; head < kvHeads; head++)
      to.set(from.data.subarray(head * width, (head + 1) * width), (head * capacity + at) * headDim)
  }
}
