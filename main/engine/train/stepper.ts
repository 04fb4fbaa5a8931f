// One optimiser step's loss and gradient: micro-batches over static shapes, a few sessions kept.
import type { PreparedModel } from '../../contract/model.ts'
import type { MemoryName } from '../../contract/settings.ts'
import type { Feeds, NamedTensors } from '../../contract/tensor.ts'
import type { Graph } from '../graph/node.ts'
import type { LabelTrie } from '../evaluate/trie.ts'
import type { ReadTexts } from '../evaluate/texts.ts'
import { type BatchShape, batchFeeds, firstOf } from '../method/batch.ts'
import { methods } from '../method/index.ts'
import type { Sequence } from '../method/layout.ts'
import { chooseHardware, type Hardware, type ProviderNote } from '../runtime/admit.ts'
import { createSession } from '../runtime/session.ts'
import { createSessions } from '../runtime/sessions.ts'
import { lossFeeds, type TrainingExample } from './example.ts'
import type { LossShape } from './loss.ts'
import { gradientOf, type StepSettings, trainingGraph } from './step-graph.ts'

export interface Gradient {
  /** Mean of -log p over the step's label tokens. */
  readonly loss: number
  /** By the name of each trainable tensor, in its layout. */
  readonly slopes: Readonly<Record<string, Float32Array>>
}

export interface Stepper {
  /** Loss and gradient of examples as one step, whatever micro-batches they run in. */
  gradient(examples: readonly TrainingExample[], tensors: NamedTensors): Promise<Gradient>
  release(): Promise<void>
}

/** A static size: tokens that a step reads, and tokens that were read beforehand. */
export type Bucket = Pick<BatchShape, 'length' | 'read'>

export interface StepperOptions {
  readonly model: PreparedModel
  readonly settings: StepSettings
  readonly trie: LabelTrie | undefined
  readonly lossShape: LossShape
  /** Sizes that sequences are padded to, ascending; the last one holds the longest. */
  readonly buckets: readonly Bucket[]
  /** The sequences' constant starts, where they were read beforehand. */
  readonly texts?: ReadTexts | undefined
  /** Rows that run at once. */
  readonly microBatch: number
  readonly threads: number
  /** Hardware to try, best first; empty = what the machine offers. It proves itself on the first batch. */
  readonly providers: readonly string[]
  readonly onProvider: (note: ProviderNote) => void
}

/** Sessions of this many lengths stay open; each maps the weights once more, and may have an arena of its own. */
export const sessionsKept: { readonly [M in MemoryName]: number } = { normal: 3, low: 1 }

export function createStepper(given: StepperOptions): Stepper {
  const { model, settings, trie, lossShape, buckets, texts, microBatch } = given
  const { memory = 'normal' } = settings
  const kind = methods[settings.method].kind
  const sessions = createSessions(sessionsKept[memory])
  let hardware: Promise<Hardware> | undefined

  const shapeOf = (sequences: readonly Sequence[]): BatchShape => ({
    batch: microBatch,
    ...bucketOf(sequences, buckets, texts !== undefined),
    rows: kind === 'rows' ? settings.tokens : 0,
    past: kind === 'past' ? settings.tokens : 0,
  })
  const run = async (shape: BatchShape, feeds: Feeds): Promise<NamedTensors> => {
    const graph = (): Graph => trainingGraph(model, settings, shape, lossShape)
    const arena = memory === 'low' && model.compact !== undefined
    const options = { weightsFolder: model.folder, threads: given.threads, arena }
    hardware ??= chooseHardware(graph(), feeds, { ...options, names: given.providers }, given.onProvider)
    const chosen = await hardware
    const session = await sessions.get(`${shape.length} ${shape.read}`, () =>
      createSession(graph(), { ...options, ...chosen }),
    )
    return session.run(feeds)
  }

  return {
    async gradient(examples, tensors) {
      const labelTokens = examples.reduce((sum, { ask }) => sum + ask.length, 0)
      let loss = 0
      const slopes: Record<string, Float32Array> = {}
      for (let start = 0; start < examples.length; start += microBatch) {
        const some = examples.slice(start, start + microBatch)
        const sequences = some.map(({ sequence }) => sequence)
        const shape = shapeOf(sequences)
        const results = await run(shape, {
          ...tensors,
          ...batchFeeds(model.config, sequences, shape),
          ...texts?.feeds(sequences, shape.batch, shape.read),
          ...lossFeeds(some, trie, shape, lossShape, 1 / Math.max(1, labelTokens)),
        })
        loss += results['loss']?.data[0] ?? NaN
        accumulate(slopes, results)
      }
      return { loss, slopes }
    },
    release: () => sessions.release(),
  }
}

/** The smallest bucket that holds all the sequences. */
function bucketOf(sequences: readonly Sequence[], buckets: readonly Bucket[], isRead: boolean): Bucket {
  const read = isRead ? Math.max(...sequences.map(({ constant }) => constant)) : 0
  const length = Math.max(...sequences.map((sequence) => sequence.ids.length - firstOf(sequence, { read })))
  return buckets.find((bucket) => bucket.length >= length && bucket.read >= read) ?? { length, read }
}

const prefixOfGradients = gradientOf('')

function accumulate(slopes: Record<string, Float32Array>, results: NamedTensors): void {
  for (const [output, { data }] of Object.entries(results)) {
    if (!output.startsWith(prefixOfGradients)) continue
    const name = output.slice(prefixOfGradients.length)
    const sum = slopes[name]
    if (sum === undefined) slopes[name] = data
    else data.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value))
  }
}
