// The settings of a run where its owner chooses nothing.
import type { MethodName, Placement, Template, TuneSettings } from '../../contract/settings.ts'

const plainTemplate: Template = { kind: 'plain', body: 'Text: {text}\nAnswer:', instruction: '', answerPrefix: ' ' }

/** What suits each method and placement; measured on TREC and on the sample (bench/results). */
const recipes: {
  readonly [M in MethodName]: { readonly [P in Placement]?: Pick<TuneSettings, 'learningRate' | 'steps'> }
} = {
  prefix: {
    'after-text': { learningRate: 5e-2, steps: 150 },
    start: { learningRate: 3e-2, steps: 200 },
  },
  prompt: {
    'after-text': { learningRate: 2e-2, steps: 300 },
    start: { learningRate: 2e-2, steps: 150 },
    'before-text': { learningRate: 2e-2, steps: 150 },
  },
}

/** Complete settings: what is given, and for the rest the default that fits it. */
export function defaultSettings(given: Partial<TuneSettings> = {}, labels: readonly string[] = []): TuneSettings {
  const method = given.method ?? 'prefix'
  const placement = given.placement ?? 'after-text'
  const recipe = recipes[method][placement] ?? { learningRate: 1e-2, steps: 200 }
  const steps = given.steps ?? recipe.steps
  return {
    method,
    placement,
    tokens: 16,
    init: 'text',
    initText: `Classify the text as one of: ${labels.join(', ')}.`,
    tail: 1,
    loss: 'labels',
    template: plainTemplate,
    batch: 16,
    learningRate: recipe.learningRate,
    weightDecay: 0,
    clip: 1,
    schedule: 'cosine',
    warmup: Math.round(steps / 20),
    seed: 0,
    validateEvery: 25,
    patience: 0,
    maxTokens: 512,
    precision: 'float32',
    memory: 'normal',
    ...given,
    steps,
  }
}
