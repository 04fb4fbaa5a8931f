// A process that does two steps of a tiny model and writes its peak memory. Argument: a StepPeakJob as JSON.
import { peakBytes } from '../../main/engine/runtime/peak-memory.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { lossShapeOf, vocabularyExample } from '../../main/engine/train/example.ts'
import { createTrainingStep } from '../../main/engine/train/training-step.ts'
import { type StepPeakJob, stepPeakSettings } from './step-peak-job.ts'
import { tinyModel } from './tiny.ts'

const { rows, length, memory } = JSON.parse(process.argv[2] ?? '') as StepPeakJob
const model = await tinyModel('llama')
const settings = { ...stepPeakSettings, memory }
const ids = Array.from({ length: length - settings.tokens - 1 }, (_, i) => i % model.config.vocab)
const example = vocabularyExample({ before: [], text: ids, after: [] }, [1], 2, settings)
const examples = Array.from({ length: rows }, () => example)
const trainingStep = createTrainingStep({
  model,
  settings,
  trie: undefined,
  lossShape: lossShapeOf('vocabulary', undefined, examples),
  buckets: [{ length, cached: 0 }],
  rowsAtOnce: () => rows,
  threads: 1,
  providers: ['cpu'],
  onProvider: () => undefined,
})
const specs = methodOf({ method: 'prompt-tuning' }).tensors(model.config, settings)
const tensors = Object.fromEntries(
  specs.map(({ name, shape }) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1) }]),
)
for (let step = 0; step < 2; step++) await trainingStep.gradient(examples, tensors)
await trainingStep.release()
process.stdout.write(String(peakBytes()))
