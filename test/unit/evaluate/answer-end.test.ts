// Where answers end that a model goes on behind.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Template } from '../../../main/contract/settings.ts'
import { answerEnd, answerStops, hasLines, watchEnd } from '../../../main/engine/evaluate/answer-end.ts'

const plain: Template = { kind: 'plain', body: 'Question: {text}\nAnswer:', instruction: '', answerPrefix: ' ' }
const chat: Template = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '' }

describe('an answer', () => {
  const endIn = (template: Template, known: readonly string[]) => answerEnd(answerStops(template, known.some(hasLines)))

  it.each([
    ['at the line’s end where right answers have one line', plain, ['red', 'blue '], ' green\nBecause', 'green', true],
    ['where the next row would begin', plain, ['two\nlines'], 'one\ntwo\n\nQuestion: who?', 'one\ntwo', true],
    ['nowhere before, where right answers have lines', plain, ['two\nlines'], 'one\ntwo', 'one\ntwo', false],
    ['at the line’s end behind a chat template, too', chat, ['red'], '\r\ngreen\r\nred', 'green', true],
    ['nowhere where it is still being written', chat, ['red'], ' gre', 'gre', false],
  ] as const)('ends %s', (_, template, right, written, answer, isOver) => {
    expect(endIn(template, right)(written)).toEqual({ answer, isOver })
  })

  it('is over at the same piece, however it comes in pieces', () => {
    const pieces = fc.array(fc.constantFrom('a', ' ', '\n', '\r\n', 'Question: ', '\nQuest', 'ion: ', 'b'))
    fc.assert(
      fc.property(pieces, (some) => {
        for (const right of [['one'], ['one\ntwo']]) {
          const isOver = watchEnd(answerStops(plain, right.some(hasLines)))
          const cut = endIn(plain, right)
          some.forEach((piece, i) => expect(isOver(piece)).toBe(cut(some.slice(0, i + 1).join('')).isOver))
        }
      }),
    )
  })

  it('once over is the same however the model goes on', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', 'Question: ') }), fc.string(), (start, more) => {
        for (const right of [['one'], ['one\ntwo']]) {
          const cut = endIn(plain, right)
          const found = cut(start)
          if (found.isOver) expect(cut(start + more)).toEqual(found)
          expect(found.answer).toBe(found.answer.trim())
        }
      }),
    )
  })
})
