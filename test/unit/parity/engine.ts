// Runs our engine on the token ids that PyTorch was given.
import type { PreparedModel } from '../../../main/contract/model.ts'
import type { LossName, MemoryName, MethodName, Placement } from '../../../main/contract/settings.ts'
import type { NamedTensors, Tensor } from '../../../main/contract/tensor.ts'
import { type LabelTrie, labelTrie } from '../../../main/engine/evaluate/trie.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import {
  labelExample,
  lossShapeOf,
  type TrainingExample,
  vocabularyExample,
} from '../../../main/engine/train/example.ts'
import type { CachedTexts } from '../../../main/engine/evaluate/cached-texts.ts'
import { bucketsOf } from '../../../main/engine/train/order.ts'
import type { StepSettings } from '../../../main/engine/train/training-graph.ts'
import { createTrainingStep, type TrainingStep } from '../../../main/engine/train/training-step.ts'
import type { Reference, ReferenceCase } from '../../support/tiny.ts'

/** The tensors of a method with the given values: a prefix as its start, in units of one. */
export function tensorsOf(
  model: PreparedModel,
  method: MethodName,
  tokens: number,
  start: ReferenceCase['start'],
): NamedTensors {
  const specs = methodOf({ method }).tensors(model.config, { tokens })
  return Object.fromEntries(
    specs.map(({ name, shape }): [string, Tensor] => {
      const [kind, layer, part] = name.split('.')
      const size = shape.reduce((product, dim) => product * dim, 1)
      const given = start[method === 'prompt-tuning' ? name : `${kind ?? ''}.${layer ?? ''}`] ?? []
      const zeros = new Float32Array(size)
      if (part === 'scale') return [name, { shape, data: zeros.fill(1) }]
      if (method === 'prefix-tuning' && part === undefined) return [name, { shape, data: zeros }]
      return [name, { shape, data: Float32Array.from(given) }]
    }),
  )
}

/** Where the row's own text starts in the reference's questions. */
const textStart = 2

export function examplesOf(found: Reference, { method, placement, loss }: Choice): TrainingExample[] {
  const settings = { method, placement, tokens: found.tokens, tail: 1 }
  return found.questions.map((question, i) => {
    const pick = found.picks[i] ?? 0
    const segments = { before: question.slice(0, textStart), text: question.slice(textStart), after: [] }
    return loss === 'labels'
      ? labelExample(segments, trieOf(found), pick, settings)
      : vocabularyExample(segments, found.answers[pick] ?? [], found.end, settings)
  })
}

interface Choice {
  readonly method: MethodName
  readonly placement: Placement
  readonly loss: LossName
  readonly memory?: MemoryName
}

const trieOf = ({ answers, end }: Reference) => labelTrie(answers, end, answers.map(String))

export function trainingStepOf(
  model: PreparedModel,
  found: Reference,
  choice: Choice,
  examples: readonly TrainingExample[],
  microBatch = examples.length,
  texts?: CachedTexts,
): TrainingStep {
  const { method, placement, loss, memory = 'normal' } = choice
  const trie = loss === 'labels' ? trieOf(found) : undefined
  const settings = { method, placement, tokens: found.tokens, tail: 1, memory }
  return stepOf(model, settings, examples, microBatch, lossShapeOf(loss, trie, examples), trie, texts)
}

/** One step's loss and gradient with these settings; over the whole vocabulary where nothing else is said. */
export const stepOf = (
  model: PreparedModel,
  settings: StepSettings,
  examples: readonly TrainingExample[],
  microBatch: number,
  lossShape = lossShapeOf('vocabulary', undefined, examples),
  trie?: LabelTrie,
  texts?: CachedTexts,
): TrainingStep =>
  createTrainingStep({
    model,
    settings,
    trie,
    lossShape,
    buckets: bucketsOf(
      examples.map(({ sequence }) => sequence),
      texts !== undefined,
    ),
    texts,
    rowsAtOnce: () => microBatch,
    threads: 1,
    providers: ['cpu'],
    onProvider: () => undefined,
  })

/** |ours - theirs| / |theirs| over all tensors at once. */
export function apart(
  ours: Readonly<Record<string, Float32Array>>,
  theirs: Readonly<Record<string, readonly number[]>>,
): number {
  let difference = 0
  let size = 0
  for (const [name, values] of Object.entries(theirs))
    values.forEach((value, i) => {
      difference += ((ours[name]?.[i] ?? NaN) - value) ** 2
      size += value ** 2
    })
  return Math.sqrt(difference / size)
}
