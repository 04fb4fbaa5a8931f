// Schemas of a run's given settings, made from the declarations of settings and methods.
import * as v from 'valibot'
import { type MethodDeclaration, type SettingSpec, settingSpecs, type SettingValue } from '../setting-specs.ts'
import { type GivenSettings, methodAliases, methodNamed, taskNames, templateKinds } from '../settings.ts'
import { between, text, whole } from './fields.ts'

type ValueSchema = v.GenericSchema<SettingValue>

/** The schema of a setting's value; for the method, its earlier names are valid too. */
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
    case 'list':
      return listOf(spec.values)
    case 'text':
      return text
  }
}

/** Some of the values, at least one, joined by commas; the result has them once each, in the declared order. */
const listOf = (values: readonly string[]): ValueSchema =>
  v.pipe(
    v.string(),
    v.transform((joined) => joined.split(',').map((each) => each.trim())),
    v.array(v.picklist(values)),
    v.minLength(1),
    v.transform((chosen) => values.filter((each) => chosen.includes(each)).join(',')),
  )

/** The fields of a template that replace the task's defaults. */
const template = v.strictObject({
  kind: v.exactOptional(v.picklist(templateKinds)),
  body: v.exactOptional(text),
  instruction: v.exactOptional(text),
  answerPrefix: v.exactOptional(text),
  thinking: v.exactOptional(v.boolean()),
})

/** A run's whole settings may be given again: those of a method without virtual tokens say that it has 0. */
const givenSchema = (spec: SettingSpec): ValueSchema =>
  spec.name === 'tokens' ? v.union([v.literal(0), valueSchema(spec)]) : valueSchema(spec)

/** As a run has it; a run that is planned names the prompt beside its settings. */
const startPrompt = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(10_000)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})

/** The schema of each setting by its name. */
export const settingEntries = (methods: readonly MethodDeclaration[]) => ({
  task: v.exactOptional(v.picklist(taskNames)),
  template: v.exactOptional(template),
  handWritten: v.exactOptional(text),
  duel: v.exactOptional(v.boolean()),
  from: v.exactOptional(startPrompt),
  ...Object.fromEntries(settingSpecs(methods).map((spec) => [spec.name, v.exactOptional(givenSchema(spec))])),
})

export const settingsSchema = (methods: readonly MethodDeclaration[]): v.GenericSchema<GivenSettings> =>
  v.strictObject(settingEntries(methods)) as unknown as v.GenericSchema<GivenSettings>
