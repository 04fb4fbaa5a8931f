// A run's settings are those that its method uses.
import { expect, it } from 'vitest'
import type { RunSummary } from '../../../../../main/contract/service.ts'
import { declarations } from '../../../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../../../main/engine/train/defaults.ts'
import { differing, settingsOf } from '../../../../../renderer/src/pages/compare/differing.ts'

const run = (method: string): RunSummary =>
  ({
    settings: defaultSettings({ method }, ['a', 'b']),
    ...{ datasetName: 'mail', version: 1, modelName: 'tiny', name: method },
  }) as RunSummary

it('leaves out what its method has no use for', () => {
  const prefix = settingsOf(run('prefix-tuning'), declarations())
  expect(prefix.has('Virtual tokens')).toBe(true)
  expect(prefix.has('Rank')).toBe(false)
  expect(prefix.has('Optimiser')).toBe(false)
  const lora = settingsOf(run('tail-lora'), declarations())
  expect(lora.has('Rank')).toBe(true)
  expect(lora.has('Virtual tokens')).toBe(false)
  expect(lora.has('Starting text')).toBe(false)
})

it('has a value for each run, none where a method does not use the setting', () => {
  const found = differing([run('prefix-tuning'), run('tail-lora')], declarations())
  expect(found.find(({ name }) => name === 'Rank')?.values[0]).toBe('')
  expect(found.find(({ name }) => name === 'Virtual tokens')?.values[1]).toBe('')
})
