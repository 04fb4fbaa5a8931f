// What `--vary` says: a setting and the values to try of it, as "tokens=8,16,32".
import { InvalidArgumentError } from 'commander'
import type { Input } from '../../contract/service.ts'

type Vary = Input<'sweeps.start'>['vary']

export interface VaryOption extends Vary {
  /** Base models by name or path. */
  readonly model?: readonly string[]
}

const numbers = (texts: readonly string[]): number[] => texts.map(Number)
const commas = (text: string): string[] => text.split(',').map((each) => each.trim())

/** Settings as they are typed; an init text may hold commas, so each `--vary init-text=...` is one value. */
const settings = {
  model: { name: 'model', valuesOf: commas },
  method: { name: 'method', valuesOf: commas },
  placement: { name: 'placement', valuesOf: commas },
  tokens: { name: 'tokens', valuesOf: (text: string) => numbers(commas(text)) },
  init: { name: 'init', valuesOf: commas },
  'init-text': { name: 'initText', valuesOf: (text: string) => [text] },
  lr: { name: 'learningRate', valuesOf: (text: string) => numbers(commas(text)) },
} as const satisfies Record<
  string,
  { name: keyof VaryOption; valuesOf: (text: string) => readonly (string | number)[] }
>

/** Adds one `--vary` to those before it. */
export function varied(text: string, before: VaryOption): VaryOption {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(0, at)).trim()
  if (!isSetting(name))
    throw new InvalidArgumentError(
      `Expected one of ${Object.keys(settings).join(', ')} and its values, as tokens=8,16,32.`,
    )
  const { name: setting, valuesOf } = settings[name]
  const values = valuesOf(text.slice(at + 1))
  if (values.some((value) => value === '' || Number.isNaN(value)))
    throw new InvalidArgumentError(
      `"${text}" has a value that is ${typeof values[0] === 'number' ? 'no number' : 'empty'}.`,
    )
  return { ...before, [setting]: [...(before[setting] ?? []), ...values] }
}

const isSetting = (name: string): name is keyof typeof settings => Object.hasOwn(settings, name)
