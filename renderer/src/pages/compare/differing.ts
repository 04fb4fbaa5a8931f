// The settings of some runs that are not the same in all of them.
import type { RunSummary } from '../../../../main/contract/service.ts'
import { type MethodDeclaration, settingSpecs, settingsOfMethod } from '../../../../main/contract/setting-specs.ts'
import { settingWords } from '../../../../main/contract/words/settings.ts'
import { t } from '../../strings/index.ts'

export interface DifferingSetting {
  readonly name: string
  /** One value for each run. */
  readonly values: readonly string[]
}

/** Every setting of a run that its method uses, as people read it; data and model come first. */
export function settingsOf(
  { settings, datasetName, version, modelName }: RunSummary,
  methods: readonly MethodDeclaration[],
): ReadonlyMap<string, string> {
  const words = t.compare.otherSettings
  const { template, from, ...others } = settings
  const declared = new Set(settingSpecs(methods).map(({ name }) => name))
  const used = new Set(settingsOfMethod(methods, settings.method).map(({ name }) => name))
  const isUsed = ([name]: readonly [string, unknown]): boolean =>
    (!declared.has(name) || used.has(name)) && (name !== 'initText' || settings.init === 'text')
  return new Map([
    [words.data, datasetName],
    [words.version, String(version)],
    [words.model, modelName],
    [settingWords('from').name, from ? `${from.name} (${from.sha256.slice(0, 8)})` : t.compare.notFrom],
    ...Object.entries(others)
      .filter(isUsed)
      .map(([name, value]): [string, string] => inWords(name, value)),
    [words.template, `${template.kind}: ${template.body}${template.answerPrefix}`],
    [words.instruction, template.instruction],
  ])
}

const inWords = (name: string, value: unknown): [string, string] => {
  const { name: title, values } = settingWords(name)
  return [title, values?.[String(value)] ?? shown(value)]
}

export function differing(runs: readonly RunSummary[], methods: readonly MethodDeclaration[]): DifferingSetting[] {
  const all = runs.map((run) => settingsOf(run, methods))
  const names = [...new Set(all.flatMap((each) => [...each.keys()]))]
  return names
    .map((name) => ({ name, values: all.map((each) => each.get(name) ?? '') }))
    .filter(({ values }) => new Set(values).size > 1)
}

/** Six significant digits hide the rounding error of binary fractions: 0.1 + 0.2 is shown as 0.3. */
const shown = (value: unknown): string => String(typeof value === 'number' ? Number(value.toPrecision(6)) : value)
