// One optimiser step's loss and gradient: micro-batches over static shapes, a few sessions kept.
import type { PreparedModel } from '../../contract/model.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { LabelTrie } from '../evaluate/trie.ts'
import { type BatchShape, batchFeeds } from '../method/batch.ts'
import { methods } from '../method/index.ts'
import type { LayoutSettings } from '../method/layout.ts'
import { createSession, type Session } from '../runtime/session.ts'
import { lossFeeds, type TrainingExample } from './example.ts'
import type { LossShape } from './loss.ts'
import { gradientOf, trainingGraph } from './step-graph.ts'

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

export interface StepperOptions {
  readonly model: PreparedModel
  readonly settings: LayoutSettings
  readonly trie: LabelTrie | undefined
  readonly lossShape: LossShape
  /** Lengths that sequences are padded to, ascending; the last one holds the longest. */
  readonly lengths: readonly number[]
  /** Rows that run at once. */
  readonly microBatch: number
  readonly threads: number
}

/** Sessions of this many lengths stay open; each maps the weights once more. */
const sessionsKept = 3

export function createStepper(options: StepperOptions): Stepper {
  const { model, settings, trie, lossShape, lengths, microBatch } = options
  const kind = methods[settings.method].kind
  const sessions = new Map<number, Promise<Session>>()

  const shapeOf = (length: number): BatchShape => ({
    batch: microBatch,
    length,
    rows: kind === 'rows' ? settings.tokens : 0,
    past: kind === 'past' ? settings.tokens : 0,
  })
  const sessionFor = async (length: number): Promise<Session> => {
    const open = sessions.get(length)
    sessions.delete(length)
    const session =
      open ??
      createSession(trainingGraph(model, settings, shapeOf(length), lossShape), {
        weightsFolder: model.folder,
        provider: 'cpu',
        dialect: 'cpu',
        threads: options.threads,
      })
    sessions.set(length, session)
    const [oldest] = sessions.keys()
    if (sessions.size > sessionsKept && oldest !== undefined) {
      const closing = sessions.get(oldest)
      sessions.delete(oldest)
      await (await closing)?.release()
    }
    return session
  }

  return {
    async gradient(examples, tensors) {
      const labelTokens = examples.reduce((sum, { ask }) => sum + ask.length, 0)
      let loss = 0
      const slopes: Record<string, Float32Array> = {}
      for (let start = 0; start < examples.length; start += microBatch) {
        const some = examples.slice(start, start + microBatch)
        const longest = Math.max(...some.map(({ sequence }) => sequence.ids.length))
        const length = lengths.find((bucket) => bucket >= longest) ?? longest
        const shape = shapeOf(length)
        const session = await sessionFor(length)
        const results = await session.run({
          ...tensors,
          ...batchFeeds(model.config, some.map(({ sequence }) => sequence), shape),
          ...lossFeeds(some, trie, shape, lossShape, 1 / Math.max(1, labelTokens)),
        })
        loss += results['loss']?.data[0] ?? NaN
        accumulate(slopes, results)
      }
      return { loss, slopes }
    },
    async release() {
      const open = await Promise.all(sessions.values())
      sessions.clear()
      await Promise.all(open.map((session) => session.release()))
    },
  }
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
