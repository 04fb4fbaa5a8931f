// The tokens that may come next are those that the machine allows byte by byte, and a constraint keeps a text in its form.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createConstrainer } from '../../../main/engine/constrain/constrainer.ts'
import { anyObject } from '../../../main/engine/constrain/json.ts'
import { type State, startOf } from '../../../main/engine/constrain/machine.ts'
import { createVocabulary } from '../../../main/engine/constrain/vocabulary.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { byteLevel } from '../tokens/fixtures.ts'

const tokenizer = createTokenizer(byteLevel)

describe('a vocabulary', () => {
  it('allows the tokens that follow byte by byte, whatever they have in common', () => {
    const piece = fc.array(fc.constantFrom(...Buffer.from('{"a: 1,}é')), { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(fc.option(piece), { maxLength: 60 }),
        fc.constantFrom('', '{', '{"a', '{"a":', '{"é'),
        (all, text) => {
          const bytes = all.map((own) => (own ? Uint8Array.from(own) : undefined))
          const vocabulary = createVocabulary(bytes)
          const follow = (state: State | undefined, own: Uint8Array): State | undefined =>
            [...own].reduce<State | undefined>((at, byte) => at?.after(byte), state)
          const state = follow(startOf(anyObject), Buffer.from(text))!
          const expected = bytes.flatMap((own, id) => (own && own.length > 0 && follow(state, own) ? [id] : []))
          expect([...vocabulary.allowed(state)].sort((a, b) => a - b)).toEqual(expected)
          for (const id of expected) expect(vocabulary.after(state, id)).toBe(follow(state, bytes[id]!))
        },
      ),
    )
  })
})

describe('a constraint', () => {
  const constrain = createConstrainer(tokenizer)
  const masked = (constraint: ReturnType<typeof constrain>): number[] => {
    const logits = new Float32Array(tokenizer.vocabSize + 8)
    constraint.mask(logits)
    return [...logits.keys()].filter((id) => logits[id] === 0)
  }

  it('leaves the tokens of the wanted form, and the end tokens where the text may end', () => {
    const constraint = constrain({ json: { schema: '{"enum": ["yes", "yet", 7]}' } })
    let text = ''
    for (let i = 0; i < 20; i++) {
      const allowed = masked(constraint)
      const [id = -1] = allowed
      if (tokenizer.ends.includes(id)) break
      for (const each of allowed)
        expect(['"yes"', '"yet"', '7'].some((one) => one.startsWith(text + tokenizer.decode([each])))).toBe(true)
      constraint.written(id)
      text += tokenizer.decode([id])
    }
    expect(['"yes"', '"yet"', '7']).toContain(text)
    expect(masked(constraint).sort()).toEqual([...tokenizer.ends].sort())
  })

  it('lets no special token into a string', () => {
    const constraint = constrain({ json: 'object' })
    for (const id of tokenizer.encode('{"a')) constraint.written(id)
    const allowed = masked(constraint)
    expect(allowed.length).toBeGreaterThan(tokenizer.vocabSize / 2)
    for (const special of tokenizer.specials) expect(allowed).not.toContain(tokenizer.encodeTemplate(special)[0])
  })

  it('says so where no token of the model goes on', () => {
    const few = { ...tokenizer, bytes: () => [Uint8Array.of(0x7b)] }
    const constraint = createConstrainer(few)({ json: 'object' })
    constraint.written(0)
    expect(() => {
      constraint.mask(new Float32Array(1))
    }).toThrow('no token of the model')
  })
})
