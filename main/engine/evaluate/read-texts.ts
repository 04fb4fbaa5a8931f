// Reads texts once: keys and values of what stands before the virtual tokens, kept for every step and epoch to come.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Tensor } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { Reader } from './reader.ts'
import type { ReadTexts } from './texts.ts'

/** Bytes that the constant starts of the sequences take, each different one once. */
export const bytesOfTexts = ({ layers, kvHeads, headDim }: DecoderConfig, sequences: readonly Sequence[]): number =>
  distinct(sequences).reduce((sum, { constant }) => sum + constant, 0) * layers * 2 * kvHeads * headDim * 4

/** Two sequences with the same key start alike. */
const keyOf = ({ ids, constant }: Sequence): string => ids.slice(0, constant).join()

const distinct = (sequences: readonly Sequence[]): Sequence[] => [
  ...new Map(sequences.map((sequence) => [keyOf(sequence), sequence])).values(),
]

/** Reads every constant start by forward passes. `past`: positions that virtual keys and values take before the text. */
export async function readTexts(
  reader: Reader,
  config: DecoderConfig,
  sequences: readonly Sequence[],
  past: number,
  onProgress: (done: number, total: number) => void,
): Promise<ReadTexts> {
  const names = Array.from({ length: config.layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat()
  const { kvHeads, headDim } = config
  /** By key, then in the order of `names`: [kvHeads, constant, headDim]. */
  const held = new Map<string, Float32Array[]>()
  const texts = distinct(sequences).filter(({ constant }) => constant > 0)
  let done = 0
  onProgress(done, texts.length)
  for (const some of byLength(texts, ({ constant }) => constant)) {
    const present = await reader.keysValues(
      some.map(({ ids, constant }) => ids.slice(0, constant)),
      past,
    )
    const length = Math.max(...some.map(({ constant }) => constant))
    some.forEach((sequence, b) => {
      const parts = names.map((name) => {
        const { data } = present[name] as Tensor
        const part = new Float32Array(kvHeads * sequence.constant * headDim)
        for (let head = 0; head < kvHeads; head++) {
          const from = (b * kvHeads + head) * length * headDim
          const size = sequence.constant * headDim
          part.set(data.subarray(from, from + size), head * size)
        }
        return part
      })
      held.set(keyOf(sequence), parts)
    })
    onProgress((done += some.length), texts.length)
  }

  return {
    feeds(wanted, batch, read) {
      const shape = [batch, kvHeads, read, headDim]
      const found = wanted.map((sequence) => held.get(keyOf(sequence)))
      return Object.fromEntries(
        names.map((name, at): [string, Tensor] => {
          const data = new Float32Array(batch * kvHeads * read * headDim)
          found.forEach((parts, b) => {
            const part = parts?.[at]
            const size = (wanted[b]?.constant ?? 0) * headDim
            if (part === undefined) return
            for (let head = 0; head < kvHeads; head++)
              data.set(part.subarray(head * size, (head + 1) * size), (b * kvHeads + head) * read * headDim)
          })
          return [`read.${name}`, { shape, data }]
        }),
      )
    },
  }
}
