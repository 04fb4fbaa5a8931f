// The table of tuning methods: a new one is a new file and one line here.
import { studioError } from '../../contract/errors/index.ts'
import type { MethodDeclaration } from '../../contract/setting-specs.ts'
import { bitfit, tailBias } from './bias.ts'
import { fullFineTuning } from './full-fine-tuning.ts'
import { ia3, tailIa3 } from './ia3.ts'
import { lora, tailLora } from './low-rank.ts'
import type { Method } from './method.ts'
import { pTuning } from './p-tuning.ts'
import { prefixProjection } from './prefix-projection.ts'
import { prefixTailLora } from './prefix-tail-lora.ts'
import { prefixTuning } from './prefix-tuning.ts'
import { promptTuning } from './prompt-tuning.ts'

const table = new Map<string, Method>()

/** Makes a method known by its name. */
export const addMethod = (method: Method): void => void table.set(method.name, method)

const softPrompts = [prefixTuning, promptTuning, pTuning, prefixProjection]
const tailAdapters = [tailLora, tailIa3, tailBias, prefixTailLora]
const adapters = [lora, ia3, bitfit]
for (const method of [...softPrompts, ...tailAdapters, ...adapters, fullFineTuning]) addMethod(method)

export const allMethods = (): readonly Method[] => [...table.values()]

/** What they declare, as plain data. */
export const declarations = (): readonly MethodDeclaration[] =>
  allMethods().map(({ name, family, placements, settings, recipes }) => ({
    name,
    family,
    placements,
    settings,
    recipes,
  }))

/** Error: 'tuning/no-method'. */
export function methodOf({ method: name }: { readonly method: string }): Method {
  const method = table.get(name)
  if (!method) throw studioError('tuning/no-method', name, [...table.keys()].join(', '))
  return method
}

/** Whether the result of a run is a model of its own, and not a prompt for its base model. */
export const makesModel = (settings: { readonly method: string }): boolean =>
  methodOf(settings).family === 'whole model'
