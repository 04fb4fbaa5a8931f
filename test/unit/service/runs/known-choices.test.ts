// What a pre-flight chose is known to later runs of the same kind on this computer, and to no others.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keepChoice, knownChoice } from '../../../../main/service/runs/known-choices.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const kind = { method: 'prefix-tuning', placement: 'after-text', loss: 'labels' } as const
const choice = { precision: 'int8', because: 'int8 was chosen by measurement.' } as const

describe('a choice', () => {
  it('is known for runs of its kind, whatever else was chosen since', async () => {
    const home = { cache: temporaryFolder() }
    expect(await knownChoice(home, 'model', kind)).toBeUndefined()
    await keepChoice(home, 'model', kind, choice)
    await keepChoice(home, 'other', kind, { precision: 'float32', because: '' })
    expect(await knownChoice(home, 'model', kind)).toEqual(choice)
    expect(await knownChoice(home, 'model', { ...kind, memory: 'normal' })).toEqual(choice)
  })

  it('says nothing of another model, method, place, loss or way with memory', async () => {
    const home = { cache: temporaryFolder() }
    await keepChoice(home, 'model', kind, choice)
    expect(await knownChoice(home, 'another', kind)).toBeUndefined()
    for (const other of [
      { method: 'prompt-tuning' },
      { placement: 'start' },
      { loss: 'vocabulary' },
      { memory: 'low' },
    ] as const)
      expect(await knownChoice(home, 'model', { ...kind, ...other })).toBeUndefined()
  })

  it('is known from the file of an earlier version, where methods had other names', async () => {
    const home = { cache: temporaryFolder() }
    await keepChoice(home, 'model', { ...kind, method: 'prefix' }, choice)
    expect(await knownChoice(home, 'model', kind)).toEqual(choice)
    expect(await knownChoice(home, 'model', { ...kind, method: 'prompt-tuning' })).toBeUndefined()
    const later = { precision: 'f16', because: 'f16 was chosen by measurement.' } as const
    await keepChoice(home, 'model', kind, later)
    expect(await knownChoice(home, 'model', kind)).toEqual(later)
  })

  it('is kept where nothing was cached before', async () => {
    const home = { cache: join(temporaryFolder(), 'none', 'yet') }
    await keepChoice(home, 'model', kind, choice)
    expect(await knownChoice(home, 'model', kind)).toEqual(choice)
  })

  it('is made anew where the file cannot be read', async () => {
    const home = { cache: join(temporaryFolder(), 'cache') }
    mkdirSync(home.cache)
    writeFileSync(join(home.cache, 'choices.json'), '{"half a li')
    expect(await knownChoice(home, 'model', kind)).toBeUndefined()
    await keepChoice(home, 'model', kind, choice)
    expect(await knownChoice(home, 'model', kind)).toEqual(choice)
  })
})
