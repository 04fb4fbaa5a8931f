// Declarations of settings, from which the schema, the command line, the window and sweeps are made.
import { memoryNames, type Placement, precisionNames, type TuneSettings } from './settings.ts'

export type SettingValue = string | number

interface SettingBase {
  /** Its key in a run's settings. */
  readonly name: string
  /** Its command line option: `--option`. */
  readonly option: string
  /** Whether it is shown before the others, because it matters most. */
  readonly first?: boolean
  /** Values that the window offers in a sweep; absent where the setting cannot vary. */
  readonly vary?: readonly SettingValue[]
}

export type SettingSpec = SettingBase &
  (
    | { readonly kind: 'choice'; readonly values: readonly string[]; readonly default?: string }
    | {
        readonly kind: 'whole' | 'real'
        readonly min: number
        readonly max: number
        readonly default?: number
      }
    /** One or more of the values, joined by commas. */
    | { readonly kind: 'list'; readonly values: readonly string[]; readonly default: string }
    | { readonly kind: 'text'; readonly default?: string }
  )

/** Settings that were measured to suit a method and placement. */
export type Recipe = Pick<TuneSettings, 'learningRate' | 'steps' | 'validateEvery'> &
  Partial<Pick<TuneSettings, 'tail'>>

/**
 * What a method trains, and what it acts on: virtual tokens, updates of the model's linear maps on the tail alone, or on all
 * tokens, so that each step reads all the texts again; or the weights themselves, where the result is no prompt for the base
 * model but a model of its own.
 */
export const methodFamilies = ['soft prompt', 'tail adapter', 'adapter', 'whole model'] as const
export type MethodFamily = (typeof methodFamilies)[number]

/** What a method declares: windows and the command line use only this. */
export interface MethodDeclaration {
  readonly name: string
  readonly family: MethodFamily
  readonly placements: readonly Placement[]
  /** Settings of its own, those that matter first before the others. */
  readonly settings: readonly SettingSpec[]
  readonly recipes: { readonly [P in Placement]?: Recipe }
}

/** The methods that are compared where none are named: those whose steps are short, as the base model reads the texts. */
export const comparedByDefault = (methods: readonly MethodDeclaration[]): MethodDeclaration[] =>
  methods.filter(({ family }) => family === 'soft prompt' || family === 'tail adapter')

/** Settings that every method has. A default that is absent depends on method, task or data. */
const shared: readonly SettingSpec[] = [
  { name: 'loss', option: 'loss', kind: 'choice', values: ['labels', 'vocabulary'] },
  { name: 'steps', option: 'steps', kind: 'whole', min: 1, max: 1_000_000 },
  { name: 'batch', option: 'batch', kind: 'whole', min: 1, max: 4096, default: 16 },
  { name: 'learningRate', option: 'lr', kind: 'real', min: 1e-9, max: 1e3, vary: [0.01, 0.02, 0.05, 0.1] },
  { name: 'schedule', option: 'schedule', kind: 'choice', values: ['cosine', 'linear', 'constant'], default: 'cosine' },
  { name: 'warmup', option: 'warmup', kind: 'whole', min: 0, max: 1_000_000 },
  { name: 'weightDecay', option: 'weight-decay', kind: 'real', min: 0, max: 10, default: 0 },
  { name: 'clip', option: 'clip', kind: 'real', min: 0, max: 1e6, default: 1 },
  { name: 'validateEvery', option: 'validate-every', kind: 'whole', min: 0, max: 1_000_000 },
  { name: 'patience', option: 'patience', kind: 'whole', min: 0, max: 1_000_000, default: 0 },
  { name: 'maxTokens', option: 'max-tokens', kind: 'whole', min: 8, max: 1_000_000, default: 512 },
  { name: 'precision', option: 'precision', kind: 'choice', values: precisionNames, default: 'float32' },
  { name: 'memory', option: 'memory', kind: 'choice', values: memoryNames, default: 'normal' },
  { name: 'folds', option: 'folds', kind: 'whole', min: 0, max: 20 },
  { name: 'seed', option: 'seed', kind: 'whole', min: 0, max: 0xffffffff, default: 0 },
]

export const placements = ['after-text', 'before-text', 'start'] as const satisfies readonly Placement[]

/** Every setting of these methods once, in the order in which they are shown. */
export function settingSpecs(methods: readonly MethodDeclaration[]): readonly SettingSpec[] {
  const names = methods.map(({ name }) => name)
  const method: SettingSpec = {
    name: 'method',
    option: 'method',
    first: true,
    kind: 'choice',
    values: names,
    vary: names,
  }
  const placement: SettingSpec = {
    ...{ name: 'placement', option: 'placement', first: true, kind: 'choice', values: placements },
    vary: ['after-text', 'start'],
  }
  const own = methods.flatMap(({ settings }) => settings)
  const all = [method, placement, ...own, ...shared]
  const specs = [...new Map(all.map((spec) => [spec.name, spec])).values()]
  return [...specs.filter(({ first }) => first), ...specs.filter(({ first }) => !first)]
}

/** The settings of one method. */
export function settingsOfMethod(methods: readonly MethodDeclaration[], method: string): readonly SettingSpec[] {
  const chosen = methods.find(({ name }) => name === method)
  const declared = chosen ? [...settingSpecs([chosen]), ...chosen.settings] : settingSpecs([])
  // What all methods have, one may declare with fewer values.
  const own = new Map(declared.map((spec) => [spec.name, spec]))
  // Choices of method and placement are among all; the rest is as this method declares it.
  const isShared = (name: string): boolean => name === 'method' || name === 'placement'
  return settingSpecs(methods).flatMap((spec) => {
    const found = own.get(spec.name)
    return found ? [isShared(spec.name) ? spec : found] : []
  })
}
