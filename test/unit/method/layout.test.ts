// Where virtual tokens stand, and who sees whom.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchFeeds, MASK_VALUE } from '../../../main/engine/method/batch.ts'
import { depth, layOut, type LayoutSettings } from '../../../main/engine/method/layout.ts'
import { tinyModel } from '../../support/tiny.ts'

const row = { before: [10, 11], text: [20, 21, 22], after: [30] }
const answer = [
  { id: 40, parent: -1 },
  { id: 41, parent: 0 },
  { id: 42, parent: -1 },
]
const settings = (
  method: 'prompt-tuning' | 'prefix-tuning',
  placement: LayoutSettings['placement'],
): LayoutSettings => ({
  method,
  placement,
  tokens: 2,
  tail: 1,
})

describe('the layout of a row', () => {
  it.each([
    ['start', [0, 0, 10, 11, 20, 21, 22, 30, 40, 41, 42], 0],
    ['before-text', [10, 11, 0, 0, 20, 21, 22, 30, 40, 41, 42], 2],
    ['after-text', [10, 11, 20, 21, 22, 30, 0, 0, 40, 41, 42], 6],
  ] as const)('has a prompt’s virtual tokens at %s', (placement, ids, virtualAt) => {
    const found = layOut(row, answer, settings('prompt-tuning', placement))
    expect(found).toMatchObject({ ids, virtualAt, actsFrom: Infinity, questionEnd: 7 })
  })

  it('lets a prefix at the start be seen by all, one behind the text by the tail and the answer', () => {
    expect(layOut(row, answer, settings('prefix-tuning', 'start'))).toMatchObject({ actsFrom: 0, questionEnd: 5 })
    expect(layOut(row, answer, settings('prefix-tuning', 'after-text'))).toMatchObject({
      actsFrom: 5,
      virtualAt: undefined,
    })
    expect(layOut(row, answer, { ...settings('prefix-tuning', 'after-text'), tail: 99 }).actsFrom).toBe(0)
  })

  it('has no virtual tokens where there is no prompt', () => {
    expect(layOut(row, [], undefined)).toMatchObject({ ids: [10, 11, 20, 21, 22, 30], virtualAt: undefined })
  })

  it('refuses a placement that the method does not have', () => {
    expect(() => layOut(row, [], settings('prefix-tuning', 'before-text'))).toThrow('Choose one of: start, after-text')
  })

  it('counts the steps from the question to an answer token', () => {
    expect(answer.map((_, i) => depth(answer, i))).toEqual([1, 2, 1])
  })
})

describe('a batch', () => {
  const seen = (feeds: ReturnType<typeof batchFeeds>, name: string, b: number, length: number, span: number) => {
    const { data } = feeds[name] as { data: Float32Array }
    return Array.from({ length }, (_, t) =>
      Array.from({ length: span }, (_, s) => s).filter((s) => data[(b * length + t) * span + s] !== MASK_VALUE),
    )
  }

  it('lets each token see itself and what stands before it, and branches of answers not each other', async () => {
    const { config } = await tinyModel('llama')
    const sequence = layOut({ before: [], text: [5, 6], after: [] }, answer, undefined)
    const feeds = batchFeeds(config, [sequence], { batch: 1, length: 6, embeddings: 0, past: 0, cached: 0 })
    expect(seen(feeds, 'bias', 0, 5, 6).slice(0, 5)).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 4]])
    expect([...(feeds['positions']?.data as Float32Array)].slice(0, 5)).toEqual([0, 1, 2, 3, 2])
  })

  it('shows a prefix behind the text to the tail alone, its positions before the text’s', async () => {
    const { config } = await tinyModel('llama')
    const sequence = layOut({ before: [], text: [5, 6, 7], after: [] }, [], settings('prefix-tuning', 'after-text'))
    const feeds = batchFeeds(config, [sequence], { batch: 1, length: 3, embeddings: 0, past: 2, cached: 0 })
    expect(seen(feeds, 'bias', 0, 3, 5)).toEqual([[2], [2, 3], [0, 1, 2, 3, 4]])
    expect([...(feeds['positions']?.data as Float32Array)]).toEqual([2, 3, 4])
  })

  it('never looks ahead, nor further back than a window', async () => {
    const { config } = await tinyModel('gemma3')
    const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 4 }), (texts, padding) => {
        const sequences = texts.map((count) =>
          layOut({ before: [], text: Array(count).fill(7) as number[], after: [] }, [], undefined),
        )
        const length = Math.max(...texts) + padding
        const feeds = batchFeeds(config, sequences, { batch: texts.length, length, embeddings: 0, past: 0, cached: 0 })
        texts.forEach((count, b) => {
          for (const [name, window] of [
            ['bias', Infinity],
            ['windowedBias', config.window],
          ] as const)
            seen(feeds, name, b, length, length)
              .slice(0, count)
              .forEach((keys, t) => {
                const expected = Array.from({ length: t + 1 }, (_, s) => s).filter((s) => t - s < window)
                expect(keys).toEqual(expected)
              })
        })
      }),
      { numRuns: 100 },
    )
  })
})
