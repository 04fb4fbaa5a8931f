// Every combination of the values to try, once, and none that cannot be run.
import { describe, expect, it } from 'vitest'
import { configurationsOf, variedOf } from '../../../main/engine/sweep/configurations.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'

const of = (wanted: Partial<Parameters<typeof configurationsOf>[0]>, base = {}) =>
  configurationsOf({ models: ['small'], vary: {}, seeds: 1, ...wanted }, base, (given) => defaultSettings(given))

describe('the configurations of a sweep', () => {
  it('are all combinations, those of base models too, each value once', () => {
    const found = of({ models: ['small', 'large'], vary: { tokens: [8, 16, 8], init: ['text'] } })
    expect(found.map(({ values }) => values)).toEqual([
      { model: 'small', tokens: 8 },
      { model: 'small', tokens: 16 },
      { model: 'large', tokens: 8 },
      { model: 'large', tokens: 16 },
    ])
    expect(found[3]).toMatchObject({ model: 'large', settings: { tokens: 16, init: 'text' } })
  })

  it('leave out a method where it cannot stand', () => {
    const found = of({ vary: { method: ['prefix-tuning', 'prompt-tuning'], placement: ['before-text', 'start'] } })
    expect(found.map(({ values }) => `${String(values.method)} ${String(values.placement)}`)).toEqual([
      'prefix-tuning start',
      'prompt-tuning before-text',
      'prompt-tuning start',
    ])
    expect(() => of({ vary: { method: ['prefix-tuning'], placement: ['before-text'] } })).toThrow(
      'None of these combinations',
    )
  })

  it('do not compute the same twice: a setting counts only for methods that have it', () => {
    const found = of({
      vary: { method: ['prompt-tuning', 'p-tuning'], encoderHidden: [8, 16], init: ['text', 'random'] },
    })
    expect(
      found.map(
        ({ values }) => `${String(values['method'])} ${String(values['init'])} ${String(values['encoderHidden'])}`,
      ),
    ).toEqual(['prompt-tuning text 8', 'prompt-tuning random 8', 'p-tuning text 8', 'p-tuning text 16'])
  })

  it('do not compute the same twice: a text counts only where tokens start from it', () => {
    const found = of({ vary: { init: ['text', 'random'], initText: ['one', 'two'] } })
    expect(found.map(({ values }) => values)).toEqual([
      { init: 'text', initText: 'one' },
      { init: 'text', initText: 'two' },
      { init: 'random', initText: 'one' },
    ])
  })

  it('are one where nothing varies, and not more than a queue should have', () => {
    expect(of({ seeds: 3 }).map(({ values }) => values)).toEqual([{}])
    expect(variedOf({ models: ['small'], vary: { tokens: [8] } })).toEqual([])
    expect(() => of({ vary: { tokens: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }, seeds: 10 })).toThrow('100 runs; at most 96')
  })
})
