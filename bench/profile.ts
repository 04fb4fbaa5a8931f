// Where the time of a step goes: ONNX Runtime's own profile, by op of the graph and by pass, and how near products come to this machine's peak.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { totalmem, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PrecisionName, PreparedModel } from '../main/contract/model.ts'
import type { NamedTensors } from '../main/contract/tensor.ts'
import { inPercent, percent } from '../main/contract/numbers.ts'
import { createInferenceRunner } from '../main/engine/evaluate/inference-runner.ts'
import { createKvStore } from '../main/engine/evaluate/kv-store.ts'
import { cacheTexts } from '../main/engine/evaluate/kv-precompute.ts'
import type { Graph } from '../main/engine/graph/node.ts'
import type { Dialect } from '../main/engine/graph/lower/index.ts'
import { input, matmul } from '../main/engine/graph/ops.ts'
import { batchFeeds } from '../main/engine/method/batch.ts'
import { methodOf } from '../main/engine/method/index.ts'
import { inPrecision } from '../main/engine/model/in-precision.ts'
import { hasOwnCopies } from '../main/engine/model/weights.ts'
import { createRandom } from '../main/engine/random.ts'
import { createSession } from '../main/engine/runtime/session.ts'
import { lossFeeds, lossShapeOf, vocabularyExample } from '../main/engine/train/example.ts'
import { rowsAtOnce } from '../main/engine/train/memory.ts'
import { bucketsOf } from '../main/engine/train/order.ts'
import { trainingGraph } from '../main/engine/train/training-graph.ts'
import { type Way, ways } from './support/job.ts'
import { type Kernel, kernelsOf } from './support/kernels.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import type { Bench } from './support/result.ts'

const tokens = 16
const batch = 8
const textLength = { full: 128, quick: 16 } as const
const runs = { full: 4, quick: 2 } as const

interface Mode {
  readonly name: string
  readonly way: Way
  readonly precision: PrecisionName
  readonly dialect: Dialect
}

const start = { way: 'prompt, start', dialect: 'cpu' } as const
const modes: readonly Mode[] = [
  { ...start, name: 'before: plain operators', precision: 'float32', dialect: 'portable' },
  { ...start, name: 'float32', precision: 'float32' },
  { ...start, name: 'int8', precision: 'int8' },
  { name: 'prompt, KV precompute', way: 'prompt, after-text', precision: 'float32', dialect: 'cpu' },
  { name: 'prefix, KV precompute', way: 'prefix, after-text', precision: 'float32', dialect: 'cpu' },
  { name: 'prefix, KV precompute, int8', way: 'prefix, after-text', precision: 'int8', dialect: 'cpu' },
]

interface Share {
  readonly op: string
  /** Milliseconds of a step, forwards and backwards. */
  readonly forward: number
  readonly backward: number
}

interface Profile {
  readonly name: string
  /** Of one micro-batch, kernels alone. */
  readonly milliseconds: number
  readonly shares: readonly Share[]
  /** 1e9 multiplications and additions a second, of products with the model's matrices. */
  readonly speed: number
}

export const profile: Bench = async ({ quick, say }) => {
  const size = quick ? 'quick' : 'full'
  const starter = await starterModel(say)
  const scratch = mkdtempSync(join(tmpdir(), 'softprompt-bench-'))
  try {
    const others = await othersShare(2000)
    const peak = await peakSpeed(scratch, quick ? 128 : 1024)
    const profiles: Profile[] = []
    for (const mode of modes) {
      say(`Profile: ${mode.name}`)
      const prefix = join(scratch, `${String(profiles.length)}-`)
      profiles.push(
        await profiled(mode, await inPrecision(starter, mode.precision), textLength[size], runs[size], prefix),
      )
    }
    return {
      title: 'Where the time of a step goes',
      method:
        `ONNX Runtime's profile of the step that one micro-batch takes, texts of ${String(textLength[size])} tokens, ${String(tokens)} virtual tokens, loss over ` +
        'the vocabulary, CPU, without the first run: milliseconds of kernels by op of our graph, forwards and backwards. "Before" is the same graph by plain ' +
        `ONNX operators. Speed counts products with the model's matrices; the machine's peak, ${peak.toFixed(0)} billion operations a second, is that of one large ` +
        'float32 product in the same run.',
      table: {
        columns: ['mode', 'op', 'forward ms', 'backward ms', '% of the step'],
        rows: profiles.flatMap(({ name, milliseconds, shares, speed }) => [
          [
            name,
            `all, at ${speed.toFixed(0)} (${percent(speed / peak)} of the peak)`,
            sum(shares, 'forward'),
            sum(shares, 'backward'),
            '100',
          ],
          ...shares
            .filter(({ forward, backward }) => forward + backward > 0.02 * milliseconds)
            .map(({ op, forward, backward }) => [
              '',
              op,
              forward.toFixed(1),
              backward.toFixed(1),
              inPercent((forward + backward) / milliseconds),
            ]),
        ]),
      },
      targets: [],
      doubts: busyDoubts(others),
      figures: { peak, profiles },
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const sum = (shares: readonly Share[], pass: 'forward' | 'backward'): string =>
  shares.reduce((total, share) => total + share[pass], 0).toFixed(1)

async function profiled(
  { name, way, dialect }: Mode,
  model: PreparedModel,
  length: number,
  count: number,
  prefix: string,
): Promise<Profile> {
  const { method, placement } = ways[way]
  const settings = { method, placement, tokens, tail: 1, loss: 'vocabulary' } as const
  const random = createRandom(1)
  const ids = (many: number): number[] => Array.from({ length: many }, () => random.integer(model.config.vocab))
  const examples = Array.from({ length: batch }, () =>
    vocabularyExample({ before: [], text: ids(length), after: [] }, ids(1), 0, settings),
  )
  const sequences = examples.map(({ sequence }) => sequence)
  const { virtual, tensors: specsOf } = methodOf({ method })
  const parts = virtual(settings)
  const precomputes = placement === 'after-text'
  const [bucket = { length, cached: 0 }] = bucketsOf(sequences, precomputes)
  const shape = {
    batch: rowsAtOnce(model, settings, batch, totalmem())(bucket),
    ...bucket,
    ...parts,
  }
  const some = examples.slice(0, shape.batch)
  const chosen = sequences.slice(0, shape.batch)
  const lossShape = lossShapeOf('vocabulary', undefined, examples)
  const tensors: NamedTensors = Object.fromEntries(
    specsOf(model.config, settings).map((spec) => {
      const data = new Float32Array(spec.shape.reduce((a, b) => a * b, 1)).map(() => 0.1 * random.normal())
      return [spec.name, { shape: spec.shape, data }]
    }),
  )
  const runner = createInferenceRunner(model, { threads })
  const texts = precomputes
    ? await cacheTexts(
        { model, runner, past: parts.past, store: createKvStore({ folder: undefined, memory: Infinity, half: false }) },
        chosen,
        () => undefined,
      )
    : undefined
  await texts?.precompute(chosen)
  await runner.release()
  const feeds = {
    ...tensors,
    ...batchFeeds(model.config, chosen, shape),
    ...(await texts?.feeds(chosen, shape)),
    ...lossFeeds(some, undefined, shape, lossShape, 1),
  }
  const { kernels, runs: measured } = await kernelsIn(
    trainingGraph(model, settings, shape, lossShape),
    { weightsFolder: model.folder, dialect, packWeights: hasOwnCopies(model) },
    count,
    prefix,
    feeds,
  )
  return { name, ...summed(kernels, measured) }
}

async function kernelsIn(
  graph: Graph,
  options: { readonly weightsFolder: string | undefined; readonly dialect: Dialect; readonly packWeights?: boolean },
  count: number,
  prefix: string,
  feeds: Parameters<Awaited<ReturnType<typeof createSession>>['run']>[0],
) {
  const session = await createSession(graph, { ...options, provider: 'cpu', threads, profile: prefix })
  for (let run = 0; run <= count; run++) await session.run(feeds)
  await session.release()
  const folder = join(prefix, '..')
  const file = readdirSync(folder).find((entry) => join(folder, entry).startsWith(prefix)) ?? ''
  return kernelsOf(join(folder, file))
}

function summed(kernels: readonly Kernel[], count: number): Omit<Profile, 'name'> {
  const nameOf = ({ op, operations, weight }: Kernel): string =>
    operations === 0 ? op : weight ? `${op}, the model's matrices` : `${op}, between activations`
  const shares = [...Map.groupBy(kernels, nameOf)]
    .map(([op, some]): Share => {
      const of = (isForward: boolean): number =>
        some.filter(({ output }) => (output === 'loss') === isForward).reduce((ms, each) => ms + each.milliseconds, 0) /
        count
      return { op, forward: of(true), backward: of(false) }
    })
    .sort((a, b) => b.forward + b.backward - a.forward - a.backward)
  const products = kernels.filter(({ weight }) => weight)
  const operations = products.reduce((total, each) => total + each.operations, 0)
  const seconds = products.reduce((total, each) => total + each.milliseconds, 0) / 1000
  const milliseconds = kernels.reduce((total, each) => total + each.milliseconds, 0) / count
  return { milliseconds, shares, speed: operations / seconds / 1e9 }
}

/** 1e9 operations a second of the best of some large products, nothing packed beforehand. */
async function peakSpeed(scratch: string, width: number): Promise<number> {
  const data = new Float32Array(width * width).fill(0.5)
  const graph: Graph = { outputs: { loss: matmul(input('a', [width, width]), input('b', [width, width])) } }
  const tensor = { shape: [width, width], data }
  const options = { weightsFolder: undefined, dialect: 'cpu' } as const
  const { kernels } = await kernelsIn(graph, options, 10, join(scratch, 'peak-'), { a: tensor, b: tensor })
  return Math.max(
    ...kernels.filter(({ operations }) => operations > 0).map((each) => each.operations / each.milliseconds / 1e6),
  )
}
