// Written answers against right ones: the values of SQuAD's evaluation and of Google's rouge_score (test/fixtures/answers.json).
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldScore, objectOf } from '../../../main/engine/metrics/fields.ts'
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
    const text = fc.array(fc.constantFrom('a', 'tree', 'Oak', '42', 'übel', '!'), { maxLength: 8 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [one.join(' '), other.join(' ')]
        for (const measure of [tokenF1, rougeL]) {
          expect(measure(a, b)).toBeCloseTo(measure(b, a), 12)
          expect(measure(a, b)).toBeGreaterThanOrEqual(0)
          expect(measure(a, b)).toBeLessThanOrEqual(1)
        }
        expect(tokenF1(a, a)).toBe(1)
        expect(exactMatch(a, a)).toBe(true)
      }),
    )
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
