// What a person may set of a run, checked as methods and settings declare it; the engine's defaults fill in the rest.
import * as v from 'valibot'
import { type MethodDeclaration, type SettingSpec, settingSpecs, type SettingValue } from '../setting-specs.ts'
import { type GivenSettings, methodAliases, methodNamed, taskNames, templateKinds } from '../settings.ts'
import { between, text, whole } from './fields.ts'

type ValueSchema = v.GenericSchema<SettingValue>

/** A value of a setting; of the method, its earlier names too. */
export function valueSchema(spec: SettingSpec): ValueSchema {
  switch (spec.kind) {
    case 'choice':
      return spec.name === 'method'
        ? v.pipe(v.picklist([...spec.values, ...Object.keys(methodAliases)]), v.transform(methodNamed))
        : v.picklist(spec.values)
    case 'whole':
      return whole(spec.min, spec.max)
    case 'real':
      return between(spec.min, spec.max)
    case 'text':
      return text
  }
}

/** The parts of a template that are to be others than the task's own. */
const template = v.strictObject({
  kind: v.exactOptional(v.picklist(templateKinds)),
  body: v.exactOptional(text),
  instruction: v.exactOptional(text),
  answerPrefix: v.exactOptional(text),
})

/** The schema of each setting by its name. */
export const settingEntries = (methods: readonly MethodDeclaration[]) => ({
  task: v.exactOptional(v.picklist(taskNames)),
  template: v.exactOptional(template),
  handWritten: v.exactOptional(text),
  duel: v.exactOptional(v.boolean()),
  ...Object.fromEntries(settingSpecs(methods).map((spec) => [spec.name, v.exactOptional(valueSchema(spec))])),
})

export const settingsSchema = (methods: readonly MethodDeclaration[]): v.GenericSchema<GivenSettings> =>
  v.strictObject(settingEntries(methods)) as unknown as v.GenericSchema<GivenSettings>
