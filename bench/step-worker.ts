// Our side of a measurement: the training steps of the compute process, in a process of their own. Argument: a StepJob's file.
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { createInterface } from 'node:readline'
import type { NamedTensors } from '../main/contract/tensor.ts'
import { createInferenceRunner } from '../main/engine/evaluate/inference-runner.ts'
import { precomputeKv } from '../main/engine/train/precompute-kv.ts'
import type { CachedTexts } from '../main/engine/evaluate/cached-texts.ts'
import { methodOf } from '../main/engine/method/index.ts'
import { inPrecision } from '../main/engine/model/in-precision.ts'
import { createRandom } from '../main/engine/random.ts'
import { peakBytes } from '../main/engine/runtime/peak-memory.ts'
import { giveWay } from '../main/engine/runtime/priority.ts'
import { lossShapeOf, vocabularyExample } from '../main/engine/train/example.ts'
import { modelInMemory, rowsAtOnce } from '../main/engine/train/memory.ts'
import { adamW, startState } from '../main/engine/train/optimiser.ts'
import { bucketsOf } from '../main/engine/train/order.ts'
import { createTrainingStep } from '../main/engine/train/training-step.ts'
import { type Measurement, type StepJob, ways } from './support/job.ts'

// As the compute process does (main/compute/serve.ts).
giveWay('unattended')
const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as StepJob
const { tokens, threads, learningRate, memory } = job
const { method, placement } = ways[job.way]
const settings = { method, placement, tokens, tail: 1, memory, ...(job.rank === undefined ? {} : { rank: job.rank }) }
const model = modelInMemory(await inPrecision(job.model, job.precision), settings)

const batches = job.batches.map((rows) =>
  rows.map(({ ids, labels }) => {
    const answer = ids.slice(-labels)
    const segments = { before: [], text: ids.slice(0, -labels), after: [] }
    return vocabularyExample(segments, answer.slice(0, -1), answer.at(-1) ?? 0, settings)
  }),
)
const examples = batches.flat()
const sequences = examples.map(({ sequence }) => sequence)
const precomputes = placement === 'after-text'
const buckets = bucketsOf(sequences, precomputes)
const batch = Math.max(...batches.map((rows) => rows.length))

/** Precomputes the KV cache of all texts as a run does (train/tune.ts). */
async function precomputedTexts(): Promise<CachedTexts> {
  const runner = createInferenceRunner(model, { threads })
  try {
    const source = { model, runner, settings: { ...settings, steps: 1, batch }, folder: undefined }
    const texts = await precomputeKv({ ...source, emit: () => undefined }, sequences)
    await texts.precompute(sequences)
    return texts
  } finally {
    await runner.release()
  }
}

async function opened() {
  const began = performance.now()
  const texts = precomputes ? await precomputedTexts() : undefined
  const precomputeMs = texts ? performance.now() - began : 0
  const trainingStep = createTrainingStep({
    model,
    settings,
    trie: undefined,
    lossShape: lossShapeOf('vocabulary', undefined, examples),
    buckets,
    texts,
    // As a run chooses it (train/tune.ts).
    rowsAtOnce: rowsAtOnce(model, { loss: 'vocabulary', memory, tokens }, batch, totalmem()),
    threads,
    providers: ['cpu'],
    onProvider: () => undefined,
  })
  return { trainingStep, precomputeMs }
}
/** Set at the first measurement: until then nothing is computed, since other workers may be measured meanwhile. */
let opening: ReturnType<typeof opened> | undefined

/** The job's virtual embeddings for a prompt; for a prefix random values: a step takes as long whatever they are. */
function startTensors(): NamedTensors {
  if (method === 'prompt-tuning')
    return { prompt: { shape: [tokens, model.config.hidden], data: Float32Array.from(job.prompt) } }
  const random = createRandom(1)
  return Object.fromEntries(
    methodOf({ method })
      .tensors(model.config, settings)
      .map(({ name, shape, trainable }) => {
        const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
        const values = data.map(() => (trainable ? 0 : name.endsWith('.scale') ? 1 : 0.1 * random.normal()))
        return [name, { shape, data: values }]
      }),
  )
}
const trainable = methodOf({ method })
  .tensors(model.config, settings)
  .flatMap((spec) => (spec.trainable ? [spec.name] : []))
const state = startState(startTensors(), trainable)
let step = 0

async function measure(count: number): Promise<Measurement> {
  const { trainingStep, precomputeMs } = await (opening ??= opened())
  const milliseconds: number[] = []
  const losses: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    const { loss, gradients } = await trainingStep.gradient(batches[step % batches.length] ?? [], state.tensors)
    adamW(state, gradients, ++step, { learningRate, weightDecay: 0 })
    milliseconds.push(performance.now() - start)
    losses.push(loss)
  }
  return { milliseconds, losses, peakBytes: peakBytes(), kernels: true, precomputeMs }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as { readonly steps: number }
  process.stdout.write(`${JSON.stringify(await measure(steps))}\n`)
}
await (await opening)?.trainingStep.release()
