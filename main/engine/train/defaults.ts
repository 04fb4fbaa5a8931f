// The settings of a run where its owner chooses nothing.
import type { GivenSettings, MethodName, Placement, TuneSettings } from '../../contract/settings.ts'
import { isChosen, taskOf, templateOf } from '../task/index.ts'
import { type DataShape, defaultsFor } from './from-data.ts'

type Recipe = Pick<TuneSettings, 'learningRate' | 'steps' | 'validateEvery'>

/**
 * What suits each method and placement; measured on TREC and on the sample (bench/results). A prefix behind the text
 * learns within so few steps that looking seldom would keep a worse prompt, and that much later.
 */
const recipes: { readonly [M in MethodName]: { readonly [P in Placement]?: Recipe } } = {
  'prefix-tuning': {
    'after-text': { learningRate: 5e-2, steps: 150, validateEvery: 10 },
    start: { learningRate: 3e-2, steps: 200, validateEvery: 25 },
  },
  'prompt-tuning': {
    'after-text': { learningRate: 2e-2, steps: 300, validateEvery: 25 },
    start: { learningRate: 2e-2, steps: 150, validateEvery: 25 },
    'before-text': { learningRate: 2e-2, steps: 150, validateEvery: 25 },
  },
}

const recipeOf = ({ method, placement }: Pick<TuneSettings, 'method' | 'placement'>): Recipe =>
  recipes[method]?.[placement] ?? { learningRate: 1e-2, steps: 200, validateEvery: 25 }

/** The learning rate that suits a method and placement. */
export const usualRate = (settings: Pick<TuneSettings, 'method' | 'placement'>): number =>
  recipeOf(settings).learningRate

/** Complete settings: what is given, and for the rest the default that fits it, and the data where their shape is known. */
export function defaultSettings(
  given: GivenSettings = {},
  labels: readonly string[] = [],
  data?: DataShape,
): TuneSettings {
  const task = taskOf(given)
  const method = given.method ?? 'prefix-tuning'
  const placement = given.placement ?? 'after-text'
  const usual = { tokens: 16, batch: 16, maxTokens: 512, ...recipeOf({ method, placement }) }
  const { steps: fitting, ...fitted } = data ? defaultsFor(data, usual) : usual
  const steps = given.steps ?? fitting
  return {
    method,
    placement,
    init: 'text',
    initText: task.inWords(labels),
    tail: 1,
    loss: task.loss,
    weightDecay: 0,
    clip: 1,
    schedule: 'cosine',
    warmup: Math.round(steps / 20),
    seed: 0,
    patience: 0,
    precision: 'float32',
    memory: 'normal',
    ...fitted,
    ...given,
    template: templateOf(task, given.template),
    // Where answers are written, there are no labels to choose among.
    ...(isChosen(given) ? {} : { loss: task.loss }),
    steps,
  }
}
