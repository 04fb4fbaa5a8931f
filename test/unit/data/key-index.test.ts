// Keys keep the number that they got first, however many there are; texts have the same key where people see the same text.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKeyIndex } from '../../../main/engine/data/key-index.ts'
import { visible } from '../../../main/engine/data/invisible.ts'
import { textKey } from '../../../main/engine/data/text-key.ts'

test('keys are numbered as they come, and keep their numbers', () => {
  const key = fc.oneof(fc.nat(50), fc.maxSafeNat())
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
      const index = createKeyIndex()
      const expected = new Map<number, number>()
      for (const each of keys) {
        if (!expected.has(each)) expected.set(each, expected.size)
        expect(index.of(each)).toBe(expected.get(each))
        expect(index.size).toBe(expected.size)
      }
    }),
  )
})

test('a hundred thousand adjacent keys are distinguished', () => {
  const index = createKeyIndex()
  for (let key = 0; key < 100_000; key++) index.of(key * 2 ** 26)
  expect(index.size).toBe(100_000)
  expect(index.of(77_777 * 2 ** 26)).toBe(77_777)
})

const seen = (text: string): string => visible(text).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

test('texts have the same key exactly where they look the same', () => {
  const space = fc.constantFrom(' ', '\t', '\r\n', '\u00a0', '\u2003', '\u2028', '\u3000', '\ufeff')
  const word = fc.oneof(
    fc.constantFrom('Straße', 'ﬁne', 'FINE', 'fine', 'Ｆine'),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  )
  const text = fc.array(fc.oneof(word, space), { maxLength: 6 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(textKey(a) === textKey(b)).toBe(seen(a) === seen(b))
      expect(textKey(a)).toBe(textKey(seen(a)))
    }),
  )
})
