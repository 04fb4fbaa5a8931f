// Reads texts once: keys and values of what stands before the virtual tokens, kept for every step and epoch to come.
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { Reader } from './reader.ts'
import type { Block, TextStore } from './text-store.ts'
import type { ReadTexts } from './texts.ts'

/** Numbers that a token's keys and values are made of. */
const valuesOfToken = ({ layers, kvHeads, headDim }: DecoderConfig): number => layers * 2 * kvHeads * headDim

/** How many numbers the constant starts of the sequences take, each different one once. */
export const valuesOfTexts = (config: DecoderConfig, sequences: readonly Sequence[]): number =>
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

const wantedOf = ({ hash, precision, config }: PreparedModel, past: number, { ids, constant }: Sequence): Wanted => ({
  key: [hash, precision, past, ids.slice(0, constant)].join(),
  values: constant * valuesOfToken(config),
})

/** Those that no earlier run has read. */
export async function missingTexts(
  { model, store, past }: Omit<Reading, 'reader'>,
  texts: readonly Sequence[],
): Promise<Sequence[]> {
  const missing: Sequence[] = []
  for (const text of texts) {
    const { key, values } = wantedOf(model, past, text)
    if (!(await store.has(key, values))) missing.push(text)
  }
  return missing
}

export interface Reading {
  readonly model: PreparedModel
  readonly reader: Reader
  readonly store: TextStore
  /** Positions that virtual keys and values take before the text. */
  readonly past: number
}

/** Reads every constant start by forward passes, those that do not lie ready from an earlier run. */
export async function readTexts(
  { model, reader, store, past }: Reading,
  sequences: readonly Sequence[],
  onProgress: (done: number, total: number) => void,
): Promise<ReadTexts> {
  const { config } = model
  const wanted = (text: Sequence): Wanted => wantedOf(model, past, text)
  const texts = distinct(sequences).filter(({ constant }) => constant > 0)
  const missing = await missingTexts({ model, store, past }, texts)
  let done = texts.length - missing.length
  onProgress(done, texts.length)
  for (const some of byLength(missing, ({ constant }) => constant)) {
    const present = await reader.keysValues(
      some.map(({ ids, constant }) => ids.slice(0, constant)),
      past,
    )
    const length = Math.max(...some.map(({ constant }) => constant))
    for (const [b, text] of some.entries())
      await store.put(wanted(text).key, blockOf(config, present, { row: b, length, constant: text.constant }))
    onProgress((done += some.length), texts.length)
  }

  return {
    async feeds(asked, batch, read) {
      const blocks = await Promise.all(
        asked.map((sequence) => {
          const { key, values } = wanted(sequence)
          return values > 0 ? store.get(key, values) : Promise.resolve(undefined)
        }),
      )
      return feedsOf(config, blocks, { batch, read })
    },
    ahead: (coming) =>
      store.ahead(
        distinct(coming)
          .map(wanted)
          .filter(({ values }) => values > 0),
      ),
  }
}

const namesOf = ({ layers }: DecoderConfig): string[] =>
  Array.from({ length: layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat()

/** One row of what was read, [kvHeads, constant, headDim] for each of `namesOf`. */
function blockOf(
  config: DecoderConfig,
  present: NamedTensors,
  { row, length, constant }: { readonly row: number; readonly length: number; readonly constant: number },
): Float32Array {
  const { kvHeads, headDim } = config
  const size = constant * headDim
  const block = new Float32Array(constant * valuesOfToken(config))
  namesOf(config).forEach((name, at) => {
    const { data } = present[name] as Tensor
    for (let head = 0; head < kvHeads; head++) {
      const from = (row * kvHeads + head) * length * headDim
      block.set(data.subarray(from, from + size), (at * kvHeads + head) * size)
    }
  })
  return block
}

function feedsOf(
  config: DecoderConfig,
  blocks: readonly (Block | undefined)[],
  { batch, read }: { readonly batch: number; readonly read: number },
): NamedTensors {
  const { kvHeads, headDim } = config
  const shape = [batch, kvHeads, read, headDim]
  const names = namesOf(config)
  const feeds = names.map((name, at): [string, Tensor] => {
    const data = new Float32Array(batch * kvHeads * read * headDim)
    blocks.forEach((block, b) => {
      if (block === undefined) return
      const size = block.length / (names.length * kvHeads)
      for (let head = 0; head < kvHeads; head++) {
        const from = (at * kvHeads + head) * size
        data.set(block.subarray(from, from + size), (b * kvHeads + head) * read * headDim)
      }
    })
    return [`read.${name}`, { shape, data }]
  })
  return Object.fromEntries(feeds)
}
