// What the parts of a run took is known to later runs of the same kind on this computer, and to no others.
import { expect, it } from 'vitest'
import { keepRates, knownRates } from '../../../../main/service/runs/known-rates.ts'
import { partNames, type Rates } from '../../../../main/service/runs/parts.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const kind = { method: 'prefix-tuning', placement: 'after-text', loss: 'labels' } as const
const rates = Object.fromEntries(partNames.map((name, i) => [name, i])) as Rates

it('are known for runs of their kind alone', async () => {
  const home = { cache: temporaryFolder() }
  expect(await knownRates(home, 'model', kind)).toBeUndefined()
  await keepRates(home, 'model', kind, rates)
  expect(await knownRates(home, 'model', kind)).toEqual(rates)
  expect(await knownRates(home, 'another', kind)).toBeUndefined()
  for (const other of [{ method: 'lora' }, { precision: 'int8' }, { task: 'generation' }] as const)
    expect(await knownRates(home, 'model', { ...kind, ...other })).toBeUndefined()
})

it('are not kept where one of them is no time', async () => {
  const home = { cache: temporaryFolder() }
  await keepRates(home, 'model', kind, { ...rates, steps: NaN })
  expect(await knownRates(home, 'model', kind)).toBeUndefined()
})
