// What `--vary` says: a setting and the values to try of it, as "tokens=8,16,32".
import { InvalidArgumentError } from 'commander'
import type { SettingSpec, SettingValue } from '../../contract/setting-specs.ts'
import { declaredSettings } from '../../service/declared.ts'

/** `model`: base models by name or path. */
export type VaryOption = Readonly<Record<string, readonly SettingValue[]>>

const commas = (text: string): string[] => text.split(',').map((each) => each.trim())

/** A text may hold commas, so each `--vary init-text=...` is one value. */
function valuesOf({ kind }: Pick<SettingSpec, 'kind'>, text: string): readonly SettingValue[] {
  if (kind === 'text') return [text]
  return kind === 'choice' ? commas(text) : commas(text).map(Number)
}

const model = { name: 'model', option: 'model', kind: 'choice' } as const

/** What may vary, as it is typed. */
export const variable = (): readonly Pick<SettingSpec, 'name' | 'option' | 'kind'>[] => [
  model,
  ...declaredSettings().filter(({ vary }) => vary),
]

/** Adds one `--vary` to those before it. */
export function varied(text: string, before: VaryOption): VaryOption {
  const at = text.indexOf('=')
  const option = text.slice(0, Math.max(0, at)).trim()
  const spec = variable().find((each) => each.option === option)
  if (!spec) {
    const options = variable().map((each) => each.option)
    throw new InvalidArgumentError(`Expected one of ${options.join(', ')} and its values, as tokens=8,16,32.`)
  }
  const values = valuesOf(spec, text.slice(at + 1))
  if (values.some((value) => value === '' || Number.isNaN(value)))
    throw new InvalidArgumentError(
      `"${text}" has a value that is ${typeof values[0] === 'number' ? 'no number' : 'empty'}.`,
    )
  return { ...before, [spec.name]: [...(before[spec.name] ?? []), ...values] }
}
