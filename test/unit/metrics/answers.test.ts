// Written answers against right ones, in any script: values of reference implementations (test/fixtures/answers.py).
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldScore, objectOf } from '../../../main/engine/metrics/fields.ts'
import { metrics } from '../../../main/engine/metrics/index.ts'
import { rougeL } from '../../../main/engine/metrics/rouge.ts'
import { exactMatch, tokenF1 } from '../../../main/engine/metrics/words.ts'

interface Reference {
  readonly pairs: readonly {
    readonly predicted: string
    readonly right: string
    readonly exactMatch: boolean
    readonly tokenF1: number
    readonly rougeL: number
  }[]
}

const { pairs } = JSON.parse(readFileSync(new URL('../../fixtures/answers.json', import.meta.url), 'utf8')) as Reference

it.each(pairs)('“$predicted” for “$right” has its reference values', (pair) => {
  expect(exactMatch(pair.predicted, pair.right)).toBe(pair.exactMatch)
  expect(tokenF1(pair.predicted, pair.right)).toBeCloseTo(pair.tokenF1, 10)
  expect(rougeL(pair.predicted, pair.right)).toBeCloseTo(pair.rougeL, 10)
})

describe('every measure', () => {
  it('is symmetric, lies between 0 and 1, and is 1 for the same words', () => {
    const words = [
      'a',
      'tree',
      'Oak',
      '42',
      'übel',
      '!',
      'ёлка',
      '東京',
      'コーヒー',
      'مُحَمَّد',
      'หนังสือ',
      'दिल्ली',
      '서울',
      '👍',
    ]
    const text = fc.array(fc.constantFrom(...words), { maxLength: 8 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [one.join(' '), other.join(' ')]
        for (const measure of [tokenF1, rougeL]) {
          expect(measure(a, b)).toBeCloseTo(measure(b, a), 12)
          expect(measure(a, b)).toBeGreaterThanOrEqual(0)
          expect(measure(a, b)).toBeLessThanOrEqual(1)
        }
        expect(tokenF1(a, a)).toBe(1)
        expect(rougeL(a, a)).toBe(1)
        expect(exactMatch(a, a)).toBe(true)
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
          expect(rougeL(a, b.normalize(form))).toBe(rougeL(a, b))
      }),
    )
  })

  it('of any text is 1 against itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(rougeL(text, text)).toBe(1)
        expect(tokenF1(text, text)).toBe(1)
        expect(exactMatch(text, text)).toBe(true)
      }),
    )
  })
})

describe('ROUGE-L', () => {
  /** The definition by Lin 2004, word by word. */
  function subsequence(a: readonly string[], b: readonly string[]): number {
    const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
    for (const [i, word] of a.entries())
      for (const [j, other] of b.entries())
        (table[i + 1] as number[])[j + 1] =
          word === other ? (table[i]?.[j] ?? 0) + 1 : Math.max(table[i]?.[j + 1] ?? 0, table[i + 1]?.[j] ?? 0)
    return table[a.length]?.[b.length] ?? 0
  }

  it('counts the longest common subsequence of texts longer than its blocks', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 150 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(rougeL(a.join(' '), b.join(' '))).toBeCloseTo((2 * subsequence(a, b)) / (a.length + b.length), 12)
      }),
    )
  })

  it('takes milliseconds for thousands of words', () => {
    const text = (seed: number): string => Array.from({ length: 8000 }, (_, i) => `w${(i * seed) % 997}`).join(' ')
    const [one, other] = [text(31), text(47)]
    const began = performance.now()
    expect(rougeL(one, other)).toBeGreaterThan(0)
    expect(performance.now() - began).toBeLessThan(250)
  })
})

describe('the same text', () => {
  it('is the same whatever its line ends and the encoding of its letters', () => {
    const score = (label: string, predicted: string) => metrics.exactText.ofRow({ label, predicted })
    expect(score('Gro\u0308\u00dfe\r\n38', ' Größe\n38 ')).toBe(1)
    expect(score('Größe', 'Grüße')).toBe(0)
    expect(score('Größe', 'größe')).toBe(0)
    expect(fieldScore('{"a":"e\u0301"}', '{"a":"é"}').right).toBe(1)
  })
})

describe('fields of a JSON object', () => {
  it('are right where they have the right value, whatever their order and the white space in it', () => {
    const right = '{"item": "green  tea", "count": 2, "where": {"city": "Rome", "floor": null}}'
    expect(fieldScore('{"where":{"floor":null,"city":"Rome"},"count":2,"item":" green tea"}', right)).toEqual({
      valid: true,
      right: 1,
      fields: { item: true, count: true, where: true },
    })
    expect(fieldScore('{"item": "tea", "count": "2", "more": 1}', right)).toEqual({
      valid: true,
      right: 0,
      fields: { item: false, count: false, where: false },
    })
    expect(fieldScore('{"item": "green tea", "count": 2', right)).toMatchObject({ valid: false, right: 0 })
    expect(fieldScore('[1]', '{}')).toMatchObject({ valid: false, right: 0 })
    expect(fieldScore('{"a": 1}', '{}')).toMatchObject({ valid: true, right: 1 })
    expect(() => fieldScore('{}', 'no object')).toThrow(RangeError)
  })

  it('of any object are right against themselves, and no text throws', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value)
        expect(fieldScore(text, JSON.stringify(value, undefined, 2))).toMatchObject({ valid: true, right: 1 })
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { valid, right } = fieldScore(text, '{"__proto__": 1, "a": 2}')
        expect(valid).toBe(objectOf(text) !== undefined)
        expect(right).toBe(0)
      }),
    )
  })
})
