// The settings that the Advanced part shows, in its order, and how each is put in.
import type { TuneSettings } from '../../../../main/contract/settings.ts'

export type SettingName = Exclude<keyof TuneSettings, 'template'>

export type SettingField =
  | { readonly kind: 'choice'; readonly name: SettingName; readonly values: readonly string[] }
  | {
      readonly kind: 'number'
      readonly name: SettingName
      readonly min: number
      readonly max: number
      readonly step: number | 'any'
    }
  | { readonly kind: 'text'; readonly name: SettingName }

const number = (name: SettingName, min: number, max: number, step: number | 'any' = 1): SettingField => ({
  kind: 'number',
  name,
  min,
  max,
  step,
})

export const settingFields: readonly SettingField[] = [
  { kind: 'choice', name: 'method', values: ['prefix-tuning', 'prompt-tuning'] },
  { kind: 'choice', name: 'placement', values: ['after-text', 'before-text', 'start'] },
  number('tokens', 1, 256),
  { kind: 'choice', name: 'init', values: ['text', 'labels', 'vocab', 'random'] },
  { kind: 'text', name: 'initText' },
  { kind: 'choice', name: 'loss', values: ['labels', 'vocabulary'] },
  number('steps', 1, 100_000),
  number('batch', 1, 512),
  number('learningRate', 0.000001, 10, 'any'),
  { kind: 'choice', name: 'schedule', values: ['cosine', 'linear', 'constant'] },
  number('warmup', 0, 10_000),
  number('weightDecay', 0, 1, 'any'),
  number('clip', 0, 1000, 'any'),
  number('validateEvery', 0, 10_000),
  number('patience', 0, 1000),
  number('maxTokens', 8, 8192),
  number('tail', 1, 64),
  { kind: 'choice', name: 'precision', values: ['float32', 'f16', 'int8', 'as-stored'] },
  { kind: 'choice', name: 'memory', values: ['normal', 'low'] },
  number('seed', 0, 4_294_967_295),
]
