// Rows as token ids: within the model's context, which they share with virtual tokens, template and answer.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { createEncoder, encoderFor, withoutInstruction } from '../../../main/engine/evaluate/encode.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { vocabularyExample } from '../../../main/engine/train/example.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'delivery time', 'praise']
const model = await tinyModel('llama')
const encoderOf = (given: Partial<TuneSettings>, instruction = true, words: readonly string[] = labels) => {
  const settings = defaultSettings({ tokens: 4, ...given })
  return createEncoder(model, instruction ? settings : withoutInstruction(settings), words)
}

describe('encoding rows', () => {
  it('keeps every sequence within the tokens a row may take, whatever its text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.integer({ min: 48, max: 200 }), (text, maxTokens) => {
        const settings = defaultSettings({ method: 'prompt-tuning', placement: 'start', tokens: 4, maxTokens })
        const encoder = encoderOf(settings)
        const row = encoder.row(text)
        expect(layOut(row, encoder.trie.context, settings).ids.length).toBeLessThanOrEqual(maxTokens)
        for (const label of labels) {
          const { sequence } = vocabularyExample(row, encoder.answer(label), encoder.end, settings)
          expect(sequence.ids.length).toBeLessThanOrEqual(maxTokens)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('cuts the text alone, at its end', () => {
    const long = 'where is my parcel '.repeat(12)
    const [whole, cut] = [encoderOf({ maxTokens: 256 }).row(long), encoderOf({ maxTokens: 64 }).row(long)]
    expect([cut.before, cut.after]).toEqual([whole.before, whole.after])
    expect(cut.text).toEqual(whole.text.slice(0, cut.text.length))
    expect(cut.text.length).toBeGreaterThan(10)
    expect(cut.text.length).toBeLessThan(whole.text.length)
  })

  it('takes no more than the model can read', () => {
    const { context } = model.config
    const row = encoderOf({ maxTokens: 1e6 }).row('many words '.repeat(context))
    expect(layOut(row, [], undefined).ids.length).toBeLessThanOrEqual(context)
  })

  it('leaves the instruction out where the model answers without a prompt', () => {
    const template = { ...defaultSettings().template, instruction: 'Answer with one word.' }
    const [with_, without] = [true, false].map((instruction) => encoderOf({ template }, instruction).row('a parcel'))
    expect(without).toEqual(encoderOf({}).row('a parcel'))
    expect(with_?.before.length).toBeGreaterThan(without?.before.length ?? Infinity)
  })

  it('says so where template and virtual tokens leave no tokens for a text', () => {
    expect(() => encoderOf({ maxTokens: 8 }).row('a parcel')).toThrow('leave no space for the text within 8 tokens')
  })

  it('names what takes the tokens, and what can be done about it', () => {
    const { context } = model.config
    const words = Array.from({ length: 256 }, (_, i) => i.toString(2).padStart(8, '0').split('').join(' '))
    const long = { ...defaultSettings().template, instruction: 'Answer with one word. '.repeat(20) }
    for (const [sentence, given, of] of [
      [
        /the virtual tokens \(40\).*within 48 tokens\. Choose fewer virtual tokens, or raise the limit/,
        { maxTokens: 48, tokens: 40 },
        labels,
      ],
      [
        /Choose a shorter template, or raise the limit.*the model can read 256\.$/,
        { maxTokens: 200, template: long },
        labels,
      ],
      [
        /the labels \(\d+\).*the 256 tokens that the model can read\. Choose shorter or fewer labels, or a model/,
        { maxTokens: context * 2 },
        words,
      ],
      [/the labels \(\d+\).*within 64 tokens\. Choose shorter or fewer labels, or raise/, { maxTokens: 64 }, words],
    ] as const)
      expect(() => encoderOf(given, true, of).row('a parcel')).toThrow(sentence)
    const settings = defaultSettings({ task: 'generation', answers: { tokens: 600, lines: true } })
    expect(() => encoderFor(model, settings, []).row('a parcel')).toThrow(
      /the longest answer \(601\).*Leave out the rows with the longest answers, or a model/,
    )
  })

  it('needs no labels to read a row', () => {
    expect(encoderOf({}, true, []).row('a parcel')).toEqual(encoderOf({}).row('a parcel'))
  })
})
