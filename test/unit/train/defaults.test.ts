// The settings of a run whose owner chooses little.
import { describe, expect, it } from 'vitest'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { ggufTakes } from '../../../main/engine/export/gguf.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'

describe('the default settings', () => {
  it('tune an adapter on the tail where answers are labels, and else a prefix', () => {
    const [labels, texts] = [defaultSettings({}, ['spam', 'ham']), defaultSettings({ task: 'generation' })]
    expect(labels).toMatchObject({ method: 'tail-lora', placement: 'after-text', loss: 'labels', tokens: 0 })
    expect(texts).toMatchObject({ method: 'prefix-tuning', placement: 'after-text', loss: 'vocabulary', tokens: 16 })
  })

  it('put a prefix behind the text, among the labels, from a text that names them', () => {
    expect(defaultSettings({ method: 'prefix-tuning' }, ['spam', 'ham'])).toMatchObject({
      method: 'prefix-tuning',
      placement: 'after-text',
      loss: 'labels',
      tokens: 16,
      tail: 1,
      initText: 'Classify the text as one of: spam, ham.',
    })
  })

  it('have a rate and steps of their own for each method and placement that was measured', () => {
    const made = ['prefix-tuning', 'prompt-tuning'].flatMap((method) =>
      methodOf({ method }).placements.map((placement) => {
        const { steps, learningRate, warmup, validateEvery } = defaultSettings({ method, placement })
        return [`${method}, ${placement}`, { learningRate, steps, warmup, validateEvery }]
      }),
    )
    expect(Object.fromEntries(made)).toEqual({
      'prefix-tuning, after-text': { learningRate: 0.05, steps: 150, warmup: 8, validateEvery: 10 },
      'prefix-tuning, start': { learningRate: 0.03, steps: 200, warmup: 10, validateEvery: 25 },
      'prompt-tuning, after-text': { learningRate: 0.02, steps: 300, warmup: 15, validateEvery: 25 },
      'prompt-tuning, before-text': { learningRate: 0.02, steps: 150, warmup: 8, validateEvery: 25 },
      'prompt-tuning, start': { learningRate: 0.02, steps: 150, warmup: 8, validateEvery: 25 },
    })
  })

  it('let adapters act on the template behind the text, and a prefix on its last token', () => {
    const tails = ['prefix-tuning', 'tail-lora', 'tail-ia3', 'tail-bias', 'prefix-tail-lora'].map(
      (method) => defaultSettings({ method }).tail,
    )
    expect(tails).toEqual([1, 3, 3, 3, 3])
    expect(defaultSettings({ method: 'tail-lora', tail: 2 }).tail).toBe(2)
    expect(ggufTakes(defaultSettings({ method: 'tail-lora' }))).toBe(true)
  })

  it('have the template of their task, whole where only a part of it is chosen', () => {
    const { template } = defaultSettings({ task: 'answering' })
    expect(defaultSettings({ task: 'answering', template: { instruction: 'Be brief.' } }).template).toEqual({
      ...template,
      instruction: 'Be brief.',
    })
    expect(defaultSettings({ template: { kind: 'chat', instruction: 'Sort it.' } }).template).toEqual({
      kind: 'chat',
      body: '{text}',
      instruction: 'Sort it.',
      answerPrefix: '',
      thinking: false,
    })
  })

  it('leave every choice as it was made, and fit the warm-up to the chosen steps', () => {
    const chosen: Partial<TuneSettings> = {
      method: 'prompt-tuning',
      placement: 'start',
      tokens: 3,
      learningRate: 1,
      steps: 40,
    }
    expect(defaultSettings(chosen)).toMatchObject({ ...chosen, warmup: 2 })
    expect(defaultSettings({ ...chosen, warmup: 7, initText: 'so' })).toMatchObject({ warmup: 7, initText: 'so' })
  })
})

describe('settings of a method', () => {
  it('are those that it declares: what only others have changes nothing', () => {
    const given = { method: 'p-tuning', encoderHidden: 32, init: 'labels', tail: 3 } as const
    expect(defaultSettings(given)).toMatchObject({ encoderHidden: 32, init: 'text', tail: 1 })
    const other = { method: 'prompt-tuning', encoderHidden: 32 } as const
    expect(defaultSettings(other)).not.toHaveProperty('encoderHidden')
    expect(defaultSettings({ method: 'prefix-projection' })).toMatchObject({ encoderHidden: 128, tokens: 16 })
  })

  it('may be chosen by the names that methods had in earlier versions', () => {
    expect(defaultSettings({ method: 'prompt' }).method).toBe('prompt-tuning')
    expect(() => defaultSettings({ method: 'dreambooth' })).toThrow('There is no method "dreambooth"')
  })
})
