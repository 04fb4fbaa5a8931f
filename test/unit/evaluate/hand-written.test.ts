// Hand-written prompts, the rivals of a tuned one: made from the person's instruction and from training rows, chosen on the validation set.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Example } from '../../../main/contract/settings.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { bestHandWritten, choosingRows, handWrittenPrompts } from '../../../main/engine/evaluate/hand-written.ts'
import { taskOf } from '../../../main/engine/task/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']
const rows = (count: number, from: number): Example[] =>
  Array.from({ length: count }, (_, i) => ({
    row: from + i,
    text: `message number ${String(from + i)}`,
    label: labels[i % 3] ?? '',
  }))
const settings = defaultSettings({ seed: 5 }, labels)
const chat = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '' } as const

describe('the candidates', () => {
  it('are the person’s instruction, one that names the labels, and the first of them with examples', () => {
    const own = 'Which team should read this?'
    const candidates = handWrittenPrompts({ ...settings, handWritten: own }, labels, rows(30, 0))
    expect(candidates.slice(0, 2)).toEqual([own, taskOf({}).instruction(labels)])
    expect(candidates).toHaveLength(4)
    for (const [at, count] of [
      [2, 4],
      [3, 8],
    ] as const) {
      const candidate = candidates[at] ?? ''
      expect(candidate.startsWith(`${own}\n\nText: message`)).toBe(true)
      expect(candidate.match(/^Text: .*\nAnswer: (billing|delivery|praise)$/gm)).toHaveLength(count)
    }
  })

  it('show every label before one comes twice, and a chat model a line for the text and one for the answer', () => {
    const [, four = ''] = handWrittenPrompts({ ...settings, template: chat }, labels, rows(30, 0))
    const shown = four.match(/^(billing|delivery|praise)$/gm)
    expect(shown).toHaveLength(4)
    expect(new Set(shown?.slice(0, 3)).size).toBe(3)
    expect(four).toMatch(/message number \d+\n(billing|delivery|praise)\n/)
  })

  it('have no examples where there are too few rows, and never one twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.string(), fc.nat(), (count, handWritten, seed) => {
        const candidates = handWrittenPrompts({ ...settings, handWritten, seed }, labels, rows(count, 0))
        expect(new Set(candidates).size).toBe(candidates.length)
        for (const candidate of candidates) {
          const shown = candidate.match(/message number \d+/g) ?? []
          expect(new Set(shown).size).toBe(shown.length)
          expect(shown.length).toBeLessThanOrEqual(Math.min(8, count))
        }
      }),
    )
  })
})

describe('the rows that choose', () => {
  it('are 64 at most among labels, and 24 where answers are generated, evenly through the validation set', () => {
    expect([10, 64, 65, 200].map((rows) => choosingRows({}, rows))).toEqual([10, 64, 33, 50])
    expect([10, 24, 25, 200].map((rows) => choosingRows({ task: 'generation' }, rows))).toEqual([10, 24, 13, 23])
    expect(choosingRows({}, 0)).toBe(0)
  })
})

describe('the best of them', () => {
  it('is chosen on the validation set, with examples from training rows, and has never seen a test row', async () => {
    const model = await tinyModel('llama')
    const runner = createInferenceRunner(model, { threads: 1 })
    const testRows = rows(6, 300)
    const read: number[] = []
    const watched = testRows.map(
      (example) =>
        new Proxy(example, {
          get: (from, name) => {
            read.push(from.row)
            return Reflect.get(from, name) as unknown
          },
        }),
    )
    const split = { train: rows(24, 0), validation: rows(9, 100), test: watched }
    const stages: string[] = []
    const best = await bestHandWritten(runner, { model, settings, labels, split }, (event) => {
      if (event.event === 'progress') stages.push(event.stage)
    })
    await runner.release()
    expect(read).toEqual([])
    expect(stages).toContain('choosing a hand-written prompt')
    expect(handWrittenPrompts(settings, labels, split.train)).toContain(best?.handWritten)
    expect(best).toMatchObject({
      prompt: undefined,
      settings: { tokens: 0, template: { instruction: best?.handWritten } },
    })
    expect(best?.handWritten).not.toMatch(/message number (1|3)\d\d/)
  })
})
