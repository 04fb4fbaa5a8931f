// Loss and gradient of one optimiser step: micro-batches of static shapes, with a few open sessions.
import type { PreparedModel } from '../../contract/model.ts'
import type { MemoryName } from '../../contract/settings.ts'
import type { Feeds, NamedTensors } from '../../contract/tensor.ts'
import type { Graph } from '../graph/node.ts'
import { createBuffers } from '../evaluate/buffers.ts'
import type { LabelTrie } from '../evaluate/trie.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { type BatchShape, batchFeeds } from '../method/batch.ts'
import { methodOf } from '../method/index.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { chooseHardware, type Hardware, type ProviderNote, tolerances } from '../runtime/admit.ts'
import { createSession } from '../runtime/session.ts'
import { createSessions } from '../runtime/sessions.ts'
import { lossFeeds, type TrainingExample } from './example.ts'
import type { LossShape } from './loss.ts'
import { packsWeights } from './memory.ts'
import { type Bucket, microBatches, type Sizes } from './micro-batches.ts'
import { gradientOf, type StepSettings, trainingGraph } from './training-graph.ts'

export interface Gradient {
  /** Mean of -log p over the step's label tokens. */
  readonly loss: number
  /** Gradients by the name of each trainable tensor, in its layout. */
  readonly gradients: Readonly<Record<string, Float32Array>>
}

export interface TrainingStep {
  /** Loss and gradient of the examples as one step; micro-batches do not change them but for rounding. */
  gradient(examples: readonly TrainingExample[], tensors: NamedTensors): Promise<Gradient>
  release(): Promise<void>
}

export interface TrainingStepOptions extends Sizes {
  readonly model: PreparedModel
  readonly settings: StepSettings
  readonly trie: LabelTrie | undefined
  readonly lossShape: LossShape
  /** The precomputed keys and values of the sequences' constant starts. */
  readonly texts?: CachedTexts | undefined
  readonly threads: number
  /** Execution providers to try, best first; empty = what the computer offers. The first batch is their self-check. */
  readonly providers: readonly string[]
  readonly onProvider: (note: ProviderNote) => void
}

/** Sessions that stay open, one for each size; each maps the weights again, and may have an arena of its own. */
export const maxSessions: { readonly [M in MemoryName]: number } = { normal: 3, low: 1 }

export function createTrainingStep(given: TrainingStepOptions): TrainingStep {
  const { model, settings, trie, lossShape, texts } = given
  const { memory = 'normal' } = settings
  const { virtual, updates } = methodOf(settings)
  const parts = { ...virtual(settings), updates: updates !== undefined }
  const sessions = createSessions(maxSessions[memory])
  const open = { loss: lossShape.loss, sessions: given.buckets.length, isCached: texts !== undefined }
  const packWeights = packsWeights(model, settings, open, totalMemory())
  const buffers = createBuffers()
  let hardware: Promise<Hardware> | undefined

  const run = async (shape: BatchShape, feeds: Feeds): Promise<NamedTensors> => {
    const graph = (): Graph => trainingGraph(model, settings, shape, lossShape)
    const arena = model.quantised !== undefined && (memory === 'low' || model.precision === 'f16')
    const options = { weightsFolder: model.folder, threads: given.threads, arena, packWeights }
    const tolerance = model.precision === 'f16' ? tolerances.half : tolerances.exact
    hardware ??= chooseHardware(graph(), feeds, { ...options, names: given.providers, tolerance }, given.onProvider)
    const chosen = await hardware
    const session = await sessions.get(sizeOf(shape), () => createSession(graph(), { ...options, ...chosen }))
    return session.run(feeds)
  }

  return {
    async gradient(examples, tensors) {
      const labelTokens = examples.reduce((sum, { targetPositions }) => sum + targetPositions.length, 0)
      let loss = 0
      const gradients: Record<string, Float32Array> = {}
      for (const { rows, bucket } of microBatches(examples, given)) {
        const sequences = rows.map(({ sequence }) => sequence)
        const shape: BatchShape = { batch: given.rowsAtOnce(bucket), ...bucket, ...parts }
        const cached = await texts?.feeds(sequences, shape, buffers)
        const results = await run(shape, {
          ...tensors,
          ...batchFeeds(model.config, sequences, shape),
          ...cached,
          ...lossFeeds(rows, trie, shape, lossShape, 1 / Math.max(1, labelTokens)),
        })
        loss += results['loss']?.data[0] ?? NaN
        accumulate(gradients, results)
      }
      return { loss, gradients }
    },
    release() {
      buffers.clear()
      return sessions.release()
    },
  }
}

const sizeOf = ({ length, cached }: Bucket): string => `${length} ${cached}`

const gradientPrefix = gradientOf('')

function accumulate(gradients: Record<string, Float32Array>, results: NamedTensors): void {
  for (const [output, { data }] of Object.entries(results)) {
    if (!output.startsWith(gradientPrefix)) continue
    const name = output.slice(gradientPrefix.length)
    const sum = gradients[name]
    if (sum === undefined) gradients[name] = data
    else data.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value))
  }
}
