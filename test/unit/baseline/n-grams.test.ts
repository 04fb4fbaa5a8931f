// The n-grams of a text, in any script.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { characterGrams, wordGrams } from '../../../main/engine/baseline/n-grams.ts'
import { folded } from '../../../main/engine/metrics/segment.ts'

describe('word n-grams', () => {
  it('are words in lower case without punctuation, and pairs of neighbours', () => {
    expect(wordGrams('Where is it?')).toEqual(['where', 'is', 'it', 'where is', 'is it'])
    expect(wordGrams('Hello!')).toEqual(['hello'])
    expect(wordGrams('')).toEqual([])
    expect(wordGrams(' \n')).toEqual([])
  })

  it('are the characters of a text that has no words', () => {
    expect(wordGrams('?!')).toEqual(['?', '!', '? !'])
  })

  it('part words of scripts without spaces', () => {
    expect(wordGrams('退款')).toEqual(['退', '款', '退 款'])
    expect(wordGrams('แมวกินปลา')).toEqual(['แมว', 'กิน', 'ปลา', 'แมว กิน', 'กิน ปลา'])
  })
})

describe('character n-grams', () => {
  it('are runs of two to five characters within words, which begin and end with a space', () => {
    expect(characterGrams('Ab')).toEqual([' a', 'ab', 'b ', ' ab', 'ab ', ' ab '])
    expect(characterGrams('a ?')).toEqual([' a', 'a ', ' a ', ' ?', '? ', ' ? '])
    expect(characterGrams('')).toEqual([])
  })

  it('take a character of two UTF-16 units as one', () => {
    expect(characterGrams('😀')).toEqual([' 😀', '😀 ', ' 😀 '])
  })

  it('of any text are parts of its words, as many as their lengths say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const words = folded(text)
          .split(/\s+/)
          .filter((word) => word !== '')
          .map((word) => ` ${word} `)
        const expected = words.flatMap((word) => {
          const length = Array.from(word).length
          return [2, 3, 4, 5].map((size) => Math.max(0, length - size + 1))
        })
        const grams = characterGrams(text)
        expect(grams).toHaveLength(expected.reduce((sum, count) => sum + count, 0))
        for (const gram of grams) expect(words.some((word) => word.includes(gram))).toBe(true)
      }),
    )
  })
})
