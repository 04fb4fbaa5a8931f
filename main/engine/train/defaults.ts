// Default settings of a run.
import { proposals, usualProposals } from '../../contract/proposals.ts'
import { type Recipe, settingsOfMethod, settingSpecs, type SettingValue } from '../../contract/setting-specs.ts'
import { type GivenSettings, type MethodName, methodNamed, type TuneSettings } from '../../contract/settings.ts'
import { declarations, methodOf } from '../method/index.ts'
import { declares, type Method } from '../method/method.ts'
import { scoresLabels, taskOf, templateOf } from '../task/index.ts'
import { type DataShape, defaultsFor } from './from-data.ts'
import { optimiserOf } from './optimisers/index.ts'

/** The recipe of a method and placement without measurements. */
const fallback: Recipe = { learningRate: 1e-2, steps: 200, validateEvery: 25 }

const recipeOf = (settings: Pick<TuneSettings, 'method' | 'placement'>): Recipe =>
  methodOf(settings).recipes[settings.placement] ?? fallback

/** The default learning rate of a method, placement and optimiser. */
export const usualRate = (settings: Pick<TuneSettings, 'method' | 'placement' | 'optimiser'>): number =>
  recipeOf(settings).learningRate * optimiserOf(settings).rate

/** The method that is proposed for the task; or another proposal, where the given settings are not among that one's. */
function usualMethod(given: GivenSettings): MethodName {
  const usual = proposals[usualProposals[given.task ?? 'classification']]
  const all = [usual, ...Object.values(proposals)]
  return all.find((name) => suits(methodOf({ method: name }), given)) ?? usual
}

/** Whether the method has all of the given settings that methods declare, and the placement. */
function suits(method: Method, given: GivenSettings): boolean {
  const { placement = 'after-text' } = given
  return (
    method.placements.includes(placement) &&
    Object.keys(ownSettings(given, method)).length === Object.keys(given).length
  )
}

/** Complete settings: the given ones, and defaults that suit them for the rest, and the data where their shape is known. */
export function defaultSettings(
  given: GivenSettings = {},
  labels: readonly string[] = [],
  data?: DataShape,
): TuneSettings {
  const task = taskOf(given)
  const method = methodOf({ method: given.method === undefined ? usualMethod(given) : methodNamed(given.method) })
  const placement = given.placement ?? (method.placements.includes('after-text') ? 'after-text' : 'start')
  const recipe = recipeOf({ method: method.name, placement })
  const declared = declaredDefaults(method)
  const own = ownSettings(given, method)
  const learningRate = recipe.learningRate * optimiserOf({ ...declared, ...own }).rate
  const usual = { tokens: 16, batch: 16, maxTokens: 512, ...recipe, learningRate }
  const { steps: defaultSteps, tokens, ...others } = { ...usual, ...(data ? defaultsFor(data, usual) : {}) }
  const steps = given.steps ?? defaultSteps
  return {
    init: 'text',
    tail: 1,
    weightDecay: 0,
    clip: 1,
    schedule: 'cosine',
    seed: 0,
    folds: 0,
    patience: 0,
    precision: 'float32',
    memory: 'normal',
    ...declared,
    placement,
    initText: task.instruction(labels),
    loss: task.loss,
    warmup: Math.round(steps / 20),
    tokens: declares(method, 'tokens') ? tokens : 0,
    ...others,
    ...own,
    method: method.name,
    template: templateOf(task, given.template),
    // Where answers are generated there are no labels, so the task's loss overrides the given one.
    ...(scoresLabels(given) ? {} : { loss: task.loss }),
    steps,
  }
}

/** The given settings without those that only other methods declare, since they have no effect; 0 virtual tokens are none. */
function ownSettings(given: GivenSettings, method: Method): GivenSettings {
  const specs = declarations()
  const own = new Set(settingsOfMethod(specs, method.name).map(({ name }) => name))
  const others = new Set(settingSpecs(specs).flatMap(({ name }) => (own.has(name) ? [] : [name])))
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => !others.has(name) && !(name === 'tokens' && value === 0)),
  )
}

/** Defaults that the method's own settings declare. */
const declaredDefaults = ({ settings }: Method): Readonly<Record<string, SettingValue>> =>
  Object.fromEntries(settings.flatMap(({ name, default: usual }) => (usual === undefined ? [] : [[name, usual]])))
