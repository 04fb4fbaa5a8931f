// Starting from an earlier prompt of the same base model and method, in place of the method's own initialisation.
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import { type GivenSettings, methodNamed, type StartPrompt, type TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { methodWords, settingWords, valueWords } from '../../contract/words/settings.ts'
import { methodOf } from '../method/index.ts'
import { init } from '../method/virtual-settings.ts'

/** The prompt, and the settings with which it was tuned. */
export interface Origin extends StartPrompt {
  readonly settings: TuneSettings
}

const initialisation = new Set(init.map(({ name }) => name))

/** What a method declares besides its initialisation: it decides the shapes of its tensors, and what they do. */
const ownNames = ({ method }: Pick<TuneSettings, 'method'>): string[] =>
  methodOf({ method }).settings.flatMap(({ name }) => (initialisation.has(name) ? [] : [name]))

/** The given settings, and those of the prompt's method as the prompt has them. Error: 'tuning/start-method'. */
export function startingFrom({ name, sha256, settings }: Origin, given: GivenSettings): GivenSettings {
  const { method, placement } = settings
  const wanted = methodNamed(given.method ?? method)
  if (wanted !== method)
    throw studioError('tuning/start-method', name, methodWords(method).name, methodWords(wanted).name)
  const values = new Map<string, unknown>(Object.entries(settings))
  const own = Object.fromEntries(
    ownNames(settings).flatMap((each) => (values.has(each) ? [[each, values.get(each)]] : [])),
  )
  return { ...own, method, placement, ...given, from: { name, sha256 } }
}

const shapesOf = (config: DecoderConfig, settings: TuneSettings): string =>
  JSON.stringify(
    methodOf(settings)
      .tensors(config, settings)
      .map(({ name, shape }) => [name, shape]),
  )

/** Whether a run with these settings trains tensors of the names and shapes that the prompt has. */
export const hasShapesOf = (origin: Origin, settings: TuneSettings, config: DecoderConfig): boolean =>
  settings.method === origin.settings.method && shapesOf(config, settings) === shapesOf(config, origin.settings)

/** Error: 'tuning/start-shape'. */
export function refuseOtherShapes(origin: Origin, settings: TuneSettings, config: DecoderConfig): void {
  if (hasShapesOf(origin, settings, config)) return
  const [own, wanted] = [origin.settings, settings].map((each) => new Map<string, unknown>(Object.entries(each)))
  const differing = ownNames(settings).filter((name) => own?.get(name) !== wanted?.get(name))
  const words = differing.map((name) => `${settingWords(name).name.toLowerCase()} ${valueWords(name, own?.get(name))}`)
  throw studioError('tuning/start-shape', origin.name, words)
}

/** The tensors of a prompt as the first ones of a run. Error: 'tuning/start-shape' where they are not those that it trains. */
export function startTensors(config: DecoderConfig, settings: TuneSettings, tensors: NamedTensors): NamedTensors {
  const specs = methodOf(settings).tensors(config, settings)
  const fits = specs.every(({ name, shape }) => String(tensors[name]?.shape) === String(shape))
  if (!fits || Object.keys(tensors).length !== specs.length)
    throw studioError('tuning/start-shape', settings.from?.name ?? '', [])
  return tensors
}
