// Our side of a measurement: the training steps of the compute process, in a process of their own. Argument: a StepJob's file.
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { createInterface } from 'node:readline'
import { lossShapeOf, vocabularyExample } from '../main/engine/train/example.ts'
import { microBatch, roomForRows } from '../main/engine/train/memory.ts'
import { adamW, startState } from '../main/engine/train/optimiser.ts'
import { bucketsOf } from '../main/engine/train/order.ts'
import { createStepper } from '../main/engine/train/stepper.ts'
import type { Measurement, StepJob } from './support/job.ts'
import { peakBytes } from './support/peak.ts'

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as StepJob
const { model, tokens, threads, learningRate, memory = 'normal' } = job
const settings = { method: 'prompt', placement: 'start', tokens, tail: 1, memory } as const

const batches = job.batches.map((rows) =>
  rows.map(({ ids, labels }) => {
    const answer = ids.slice(-labels)
    const segments = { before: [], text: ids.slice(0, -labels), after: [] }
    return vocabularyExample(segments, answer.slice(0, -1), answer.at(-1) ?? 0, settings)
  }),
)
const examples = batches.flat()
const buckets = bucketsOf(
  examples.map(({ sequence }) => sequence),
  false,
)
const batch = Math.max(...batches.map((rows) => rows.length))
const stepper = createStepper({
  model,
  settings,
  trie: undefined,
  lossShape: lossShapeOf('vocabulary', undefined, examples),
  buckets,
  // As a run chooses it (train/tune.ts).
  microBatch: microBatch(
    model.config,
    { ...(buckets.at(-1) ?? { length: 1, read: 0 }), past: tokens, memory },
    batch,
    roomForRows(model, 'vocabulary', { total: totalmem(), free: process.availableMemory() }),
  ),
  threads,
  providers: ['cpu'],
  onProvider: () => undefined,
})

const prompt = { shape: [tokens, model.config.hidden], data: Float32Array.from(job.prompt) }
let state = startState({ prompt }, ['prompt'])
let step = 0

async function measure(count: number): Promise<Measurement> {
  const milliseconds: number[] = []
  const losses: number[] = []
  for (let i = 0; i < count; i++) {
    const began = performance.now()
    const { loss, slopes } = await stepper.gradient(batches[step % batches.length] ?? [], state.tensors)
    state = adamW(state, slopes, ++step, { learningRate, weightDecay: 0 })
    milliseconds.push(performance.now() - began)
    losses.push(loss)
  }
  return { milliseconds, losses, peakBytes: peakBytes(), kernels: true }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as { readonly steps: number }
  process.stdout.write(`${JSON.stringify(await measure(steps))}\n`)
}
await stepper.release()
