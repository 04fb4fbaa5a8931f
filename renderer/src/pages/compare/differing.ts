// The settings of some runs that are not the same in all of them.
import type { RunSummary } from '../../../../main/contract/service.ts'
import type { TuneSettings } from '../../../../main/contract/settings.ts'
import { t } from '../../strings/index.ts'

export interface DifferingSetting {
  readonly name: string
  /** One for each run. */
  readonly values: readonly string[]
}

type Named = Exclude<keyof TuneSettings, 'template'>

/** Every setting of a run in words, what it was tuned on first. */
export function settingsOf({ settings, datasetName, version, modelName }: RunSummary): ReadonlyMap<string, string> {
  const words = t.compare.otherSettings
  const { template, ...others } = settings
  return new Map([
    [words.data, datasetName],
    [words.version, String(version)],
    [words.model, modelName],
    ...Object.entries(others).map(([name, value]): [string, string] => inWords(name as Named, value)),
    [words.template, `${template.kind}: ${template.body}${template.answerPrefix}`],
    [words.instruction, template.instruction],
  ])
}

function inWords(name: Named, value: string | number | boolean): [string, string] {
  const words: { readonly name: string; readonly values?: Readonly<Record<string, string>> } = t.settingWords[name]
  return [words.name, words.values?.[String(value)] ?? shown(value)]
}

export function differing(runs: readonly RunSummary[]): DifferingSetting[] {
  const all = runs.map(settingsOf)
  const names = [...(all[0]?.keys() ?? [])]
  return names
    .map((name) => ({ name, values: all.map((each) => each.get(name) ?? '') }))
    .filter(({ values }) => new Set(values).size > 1)
}

/** Without the last digits that only binary fractions have. */
const shown = (value: string | number | boolean): string =>
  String(typeof value === 'number' ? Number(value.toPrecision(6)) : value)
