// Names: one rule, whose sentence a typed name gets, and which any name of a file is made to fit.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distinctName, faultOfName, fileName, fittingName, modelNameOf } from '../../../main/contract/names.ts'

const family = '👩‍👩‍👧‍👦'

describe('a name', () => {
  it.each([
    ['Qwen2.5-0.5B-Instruct'],
    ['a'.repeat(80)],
    [family.repeat(80).slice(0, family.length * 30)],
    ['می‌خواهم'],
    ['größer 1. Lauf'],
    ['コンピュータ'],
    ['.hidden'],
    ['♥️ 1'],
    ['Ⅷ'],
    ['console'],
    ['com10'],
    ['a  b'],
    [' around '],
  ])('may be %j', (name) => {
    expect(faultOfName(name)).toBe(undefined)
    expect(faultOfName(fittingName(name, 'x'))).toBe(undefined)
  })

  it.each([
    ['', 'at least one character'],
    ['   ', 'at least one character'],
    ['\u200d\ufe0f', 'at least one character'],
    ['\u3164', 'invisible'],
    ['\u2800', 'invisible'],
    ['soft\u00adhyphen', 'invisible'],
    ['a'.repeat(81), 'at most 80 characters'],
    [`a${'\u0301'.repeat(1000)}`, 'at most 80 characters'],
    ['a\nb', 'invisible'],
    ['a\0b', 'invisible'],
    ['a\x1b]0;title\x07', 'invisible'],
    ['evil\u202Egpj.exe', 'invisible'],
    ['a\u2066b', 'invisible'],
    ['a\u200bb', 'invisible'],
    ['a\u2028b', 'invisible'],
    ['a\ud800b', 'invisible'],
    ['a\uffffb', 'invisible'],
    ['..', 'dot'],
    ['.', 'dot'],
    ['name.', 'dot'],
    ['a/b', 'no /'],
    ['a\\b', 'no \\'],
    ['qwen3:0.6b', 'no :'],
    ['what?', 'no ?'],
    ['CON', 'device'],
    ['nul.txt', 'device'],
    ['COM1', 'device'],
    ['lpt9.softprompt', 'device'],
    ['com¹', 'device'],
    ['aux .x', 'device'],
  ])('may not be %j', (name, words) => {
    expect(faultOfName(name)).toContain(words)
    expect(faultOfName(fittingName(name, 'x'))).toBe(undefined)
  })

  it('of any text is made to fit, to be told apart, and to be a file’s', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc
        .array(fc.constantFrom('.', ' ', '/', ':', 'CON', '\u202E', '\0', family, 'a'), { maxLength: 120 })
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (any) => {
        const name = fittingName(any, 'x')
        expect([any, faultOfName(name)]).toEqual([any, undefined])
        const taken = new Set([name, distinctName(name, (each) => each === name)])
        const third = distinctName(name, (each) => taken.has(each))
        expect([taken.has(third), faultOfName(third)]).toEqual([false, undefined])
        const file = fileName(any, '.softprompt')
        expect(faultOfName(file.slice(0, -'.softprompt'.length))).toBe(undefined)
        expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255)
        expect(file).toMatch(/.\.softprompt$/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a model’s name', () => {
  it.each([
    ['/models/Qwen2.5-0.5B-Instruct', 'Qwen2.5-0.5B-Instruct'],
    ['/models/Qwen2.5-0.5B/', 'Qwen2.5-0.5B'],
    ['/models/SmolLM2.Q4_1.gguf', 'SmolLM2.Q4_1'],
    ['/models/Big-00001-of-00003.gguf', 'Big'],
    ['C:\\models\\Phi.GGUF', 'Phi'],
    ['/hub/models--HuggingFaceTB--SmolLM2-135M', 'SmolLM2-135M'],
    ['/hub/models--HuggingFaceTB--SmolLM2-135M/snapshots/12fd25f', 'SmolLM2-135M'],
    ['/models/tiny/model.safetensors', 'tiny'],
    ['/models/tiny/config.json', 'tiny'],
    [`/blobs/sha256-${'ab'.repeat(32)}`, 'sha256-abababababab'],
    ['/models/CON.gguf', '_CON'],
    [`/models/${'long-'.repeat(30)}.gguf`, 'long-'.repeat(16)],
    ['/', 'model'],
  ])('of %s is %s', (path, name) => {
    expect(modelNameOf(path)).toBe(name)
  })
})
