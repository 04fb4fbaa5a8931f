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
import { createSums, type GradientPlan, type GradientSums, planOf, sliceFeeds, summing } from './gradient-sums.ts'
import type { LossShape } from './loss.ts'
import { packsWeights } from './memory.ts'
import { type Bucket, microBatches, type Sizes } from './micro-batches.ts'
import { type StepSettings, type TrainingGraph, trainingGraph } from './training-graph.ts'

export interface Gradient {
  /** Mean of -log p over the step's label tokens. */
  readonly loss: number
  /** Gradients by the name of each trainable tensor, in its layout. The next step uses their arrays again. */
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
  const { virtual, updates, tensors: specsOf } = methodOf(settings)
  const parts = { ...virtual(settings), updates: updates !== undefined }
  const runs = createRuns(given)
  const buffers = createBuffers()
  let sums: GradientSums | undefined

  return {
    async gradient(examples, tensors) {
      const labelTokens = examples.reduce((sum, { targetPositions }) => sum + targetPositions.length, 0)
      sums ??= createSums(specsOf(model.config, settings).filter(({ trainable }) => trainable))
      sums.clear()
      let loss = 0
      for (const { rows, bucket } of microBatches(examples, given)) {
        const sequences = rows.map(({ sequence }) => sequence)
        const shape: BatchShape = { batch: given.rowsAtOnce(bucket), ...bucket, ...parts }
        const cached = await texts?.feeds(sequences, shape, buffers)
        const feeds = {
          ...tensors,
          ...batchFeeds(model.config, sequences, shape),
          ...cached,
          ...lossFeeds(rows, trie, shape, lossShape, 1 / Math.max(1, labelTokens)),
        }
        loss += await runs.add(sums, shape, feeds)
      }
      return { loss, gradients: sums.gradients }
    },
    release() {
      buffers.clear()
      return runs.release()
    },
  }
}

interface Runs {
  /** Adds a batch's gradients to the sums, and gives its loss. */
  add(sums: GradientSums, shape: BatchShape, feeds: Feeds): Promise<number>
  release(): Promise<void>
}

/** Runs batches, with a session for each size. */
function createRuns(given: TrainingStepOptions): Runs {
  const { model, settings, lossShape, threads, texts } = given
  const { memory = 'normal' } = settings
  const sessions = createSessions(maxSessions[memory])
  const plans = new Map<string, GradientPlan>()
  const open = { loss: lossShape.loss, sessions: given.buckets.length, isCached: texts !== undefined }
  const options = {
    weightsFolder: model.folder,
    threads,
    arena: model.quantised !== undefined && (memory === 'low' || model.precision === 'f16'),
    packWeights: packsWeights(model, settings, open, totalMemory()),
  }
  const tolerance = model.precision === 'f16' ? tolerances.half : tolerances.exact
  let hardware: Promise<Hardware> | undefined

  return {
    async add(sums, shape, feeds) {
      const key = sizeOf(shape)
      const fresh = plans.has(key) ? undefined : trainingGraph(model, settings, shape, lossShape)
      const plan = plans.get(key) ?? planOf(fresh as TrainingGraph)
      plans.set(key, plan)
      const graph = (): Graph => summing(fresh ?? trainingGraph(model, settings, shape, lossShape))
      const all = { ...feeds, ...sliceFeeds(plan, feeds), ...sums.feeds(plan) }
      hardware ??= chooseHardware(graph(), all, { ...options, names: given.providers, tolerance }, given.onProvider)
      const chosen = await hardware
      const session = await sessions.get(key, () => createSession(graph(), { ...options, ...chosen }))
      const results = await session.run(all, sums.outputs(plan))
      sums.scatter(plan, results, all)
      return results['loss']?.data[0] ?? NaN
    },
    release: () => sessions.release(),
  }
}

const sizeOf = ({ length, cached }: Bucket): string => `${length} ${cached}`
