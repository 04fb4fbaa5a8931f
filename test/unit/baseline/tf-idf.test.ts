// TF-IDF features against weights computed by hand.
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../main/engine/baseline/matrix.ts'
import { fitTfIdf } from '../../../main/engine/baseline/tf-idf.ts'

/** The entries of a row by size, largest first. */
const valuesOf = ({ starts, values }: Matrix, row: number): number[] =>
  Array.from(values.subarray(starts[row], starts[row + 1])).sort((a, b) => b - a)

describe('TF-IDF', () => {
  it('weighs an n-gram by its count and its rarity; words and characters each have a length of 1', async () => {
    // Of one-letter words the character n-grams are ' a', 'a ' and ' a ': three for each word, counted as the word is.
    const { matrix } = await fitTfIdf(['a a b', 'b'], Infinity)
    const rows = await matrix(['a a b', 'b', 'c'])
    const [common, rare] = [1, 1 + Math.log(3 / 2)]
    const twice = 1 + Math.log(2)
    // Words of the first text: a (twice), b, and the pairs "a a" and "a b".
    const words = [twice * rare, common, rare, rare]
    const characters = [twice * rare, twice * rare, twice * rare, common, common, common]
    const unit = (weights: readonly number[]): number[] => weights.map((weight) => weight / Math.hypot(...weights))
    const expected = [...unit(words), ...unit(characters)].sort((a, b) => b - a)
    valuesOf(rows, 0).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6))
    expect(valuesOf(rows, 0)).toHaveLength(expected.length)
    valuesOf(rows, 1).forEach((value, i) => expect(value).toBeCloseTo([1, 1 / Math.sqrt(3)][Number(i > 0)] ?? NaN, 6))
    // No training text has anything of the third.
    expect(valuesOf(rows, 2)).toEqual([])
  })

  it('leaves out the n-grams of the fewest texts where there are too many', async () => {
    const texts = ['x y', 'x z', 'x']
    const all = await fitTfIdf(texts, Infinity)
    const few = await fitTfIdf(texts, 4)
    expect(all.columns).toBeGreaterThan(4)
    // The word x and its three character n-grams, which all texts have.
    expect(few.columns).toBe(4)
    expect(valuesOf(await few.matrix(['y z']), 0)).toEqual([])
    expect(valuesOf(await few.matrix(['x']), 0)).toHaveLength(4)
  })

  it('of nothing has no columns, and of empty texts no entries', async () => {
    const none = await fitTfIdf([], Infinity)
    expect(none.columns).toBe(0)
    expect(await none.matrix(['', 'a'])).toMatchObject({ rows: 2, columns: 0, values: new Float32Array() })
    const some = await fitTfIdf(['a', ''], Infinity)
    expect((await some.matrix(['', ' \n'])).values).toHaveLength(0)
  })

  it('tells texts of any script apart', async () => {
    const texts = ['ยกเลิกคำสั่งซื้อ', '退款申请', 'حساب', 'Ünïcode ẞ', '😀']
    const { matrix } = await fitTfIdf(texts, Infinity)
    const rows = await matrix(texts)
    for (const [row] of texts.entries()) expect(valuesOf(rows, row).length).toBeGreaterThan(3)
  })
})
