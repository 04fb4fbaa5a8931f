// The configurations of a sweep: every combination of the values to try, without those that would compute the same.
import { studioError } from '../../contract/errors/index.ts'
import { maxSwept, type SweptName, type Varied, type Vary } from '../../contract/methods/sweeps.ts'
import { settingSpecs, type SettingValue } from '../../contract/setting-specs.ts'
import type { GivenSettings, TuneSettings } from '../../contract/settings.ts'
import { allMethods, methodOf } from '../method/index.ts'

/** One value of each setting that varies. */
export type Values = Readonly<Record<SweptName, SettingValue>>

/** The models, values and seeds that a sweep tries. */
export interface SweepRequest {
  readonly models: readonly string[]
  readonly vary: Vary
  readonly seeds: number
}

export interface Configuration {
  readonly values: Values
  readonly model: string
  /** The settings that are given; the rest take the defaults that fit. */
  readonly settings: GivenSettings
}

/** `model`, then every setting that may vary. */
const sweptNames = (): readonly SweptName[] => [
  'model',
  ...settingSpecs(allMethods()).flatMap(({ name, vary }) => (vary ? [name] : [])),
]

/** The settings of which more than one value is tried, in the order of `sweptNames`. */
export function variedOf({ models, vary }: Omit<SweepRequest, 'seeds'>): Varied[] {
  const all: Readonly<Record<SweptName, readonly SettingValue[]>> = { model: models, ...vary }
  return sweptNames().flatMap((setting) => {
    const values = [...new Set(all[setting] ?? [])]
    return values.length > 1 ? [{ setting, values }] : []
  })
}

/**
 * In the order of `sweptNames`, the last one fastest. Combinations of a method and a placement that do not go together
 * are left out. Of configurations that differ only in an initial text that their initialisation does not use, the first
 * is taken. `complete` returns a configuration's whole settings. Errors: 'sweep/nothing', 'sweep/too-many'.
 */
export function configurationsOf(
  request: SweepRequest,
  base: GivenSettings,
  complete: (given: GivenSettings) => TuneSettings,
): Configuration[] {
  const varied = variedOf(request)
  const single = Object.fromEntries(Object.entries(request.vary).map(([name, [value]]) => [name, value]))
  const found = new Map<string, Configuration>()
  for (const values of combinations(varied)) {
    const { model = request.models[0] ?? '', ...chosen }: Partial<Values> = values
    const settings = { ...base, ...single, ...chosen } as GivenSettings
    const { method, placement, init, initText, ...rest } = complete(settings)
    if (!methodOf({ method }).placements.includes(placement)) continue
    const counts = { model, method, placement, init, ...(init === 'text' ? { initText } : {}), ...rest }
    const key = JSON.stringify(counts)
    if (!found.has(key)) found.set(key, { values, model: String(model), settings })
  }
  const configurations = [...found.values()]
  if (configurations.length === 0) throw studioError('sweep/nothing')
  const runs = configurations.length * request.seeds
  if (runs > maxSwept) throw studioError('sweep/too-many', runs, maxSwept)
  return configurations
}

function combinations(varied: readonly Varied[]): Values[] {
  return varied.reduce<Values[]>(
    (some, { setting, values }) => some.flatMap((each) => values.map((value) => ({ ...each, [setting]: value }))),
    [{}],
  )
}
