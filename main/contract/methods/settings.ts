// What a person may set of a run; the engine's defaults fill in the rest.
import * as v from 'valibot'
import {
  memoryNames,
  methodAliases,
  methodNamed,
  methodNames,
  precisionNames,
  taskNames,
  templateKinds,
} from '../settings.ts'
import { between, text, whole } from './fields.ts'

const aliases = Object.keys(methodAliases) as (keyof typeof methodAliases)[]
const method = v.pipe(
  v.picklist([...methodNames, ...aliases]),
  v.transform((name): string => methodNamed(name)),
)

export const settings = v.strictObject({
  task: v.exactOptional(v.picklist(taskNames)),
  method: v.exactOptional(method),
  placement: v.exactOptional(v.picklist(['start', 'before-text', 'after-text'])),
  tokens: v.exactOptional(whole(1, 1024)),
  init: v.exactOptional(v.picklist(['text', 'labels', 'vocab', 'random'])),
  initText: v.exactOptional(text),
  tail: v.exactOptional(whole(1, 1024)),
  loss: v.exactOptional(v.picklist(['labels', 'vocabulary'])),
  /** The parts that are to be others than the task's own. */
  template: v.exactOptional(
    v.strictObject({
      kind: v.exactOptional(v.picklist(templateKinds)),
      body: v.exactOptional(text),
      instruction: v.exactOptional(text),
      answerPrefix: v.exactOptional(text),
    }),
  ),
  steps: v.exactOptional(whole(1, 1_000_000)),
  batch: v.exactOptional(whole(1, 4096)),
  learningRate: v.exactOptional(between(1e-9, 1e3)),
  weightDecay: v.exactOptional(between(0, 10)),
  clip: v.exactOptional(between(0, 1e6)),
  schedule: v.exactOptional(v.picklist(['constant', 'linear', 'cosine'])),
  warmup: v.exactOptional(whole(0, 1_000_000)),
  seed: v.exactOptional(whole(0, 0xffffffff)),
  validateEvery: v.exactOptional(whole(0, 1_000_000)),
  patience: v.exactOptional(whole(0, 1_000_000)),
  maxTokens: v.exactOptional(whole(8, 1_000_000)),
  precision: v.exactOptional(v.picklist(precisionNames)),
  memory: v.exactOptional(v.picklist(memoryNames)),
  handWritten: v.exactOptional(text),
  duel: v.exactOptional(v.boolean()),
})
