// What an expression of a JSON Schema matches is JSON that the schema allows, and what the schema allows in our spacing it matches.
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyObject, textOf } from '../../../main/engine/constrain/json.ts'
import { expressionOf as expressionOfText } from '../../../main/engine/constrain/json-schema.ts'
import { type State, startOf } from '../../../main/engine/constrain/machine.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { schemas } from '../../support/json-schemas.ts'

const expressionOf = (schema: unknown) => expressionOfText(JSON.stringify(schema))
const ajv = new Ajv2020({ strict: false, ownProperties: true })

/** The state behind a text; undefined where it may not go on so. */
const behind = (start: State, text: string): State | undefined =>
  [...Buffer.from(text)].reduce<State | undefined>((state, byte) => state?.after(byte), start)

const matches = (schema: unknown, text: string): boolean =>
  behind(startOf(expressionOf(schema)), text)?.isComplete === true

/** A text that the machine allows, drawn byte by byte: one that closes what is open more often than not. */
function drawn(start: State, seed: number): string {
  const random = createRandom(seed)
  const bytes: number[] = []
  let state: State | undefined = start
  for (;;) {
    const next: number[] = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => state?.after(byte))
    if (next.length === 0 || (state?.isComplete && random.next() < 0.7)) return Buffer.from(bytes).toString()
    const closing = next.filter((byte) => '"]}'.includes(String.fromCharCode(byte)))
    const among: number[] = closing.length > 0 && random.next() < 0.3 ? closing : next
    const byte = among[random.integer(among.length)] ?? 0
    bytes.push(byte)
    state = state?.after(byte)
    if (bytes.length > 20_000) throw new Error('it does not end')
  }
}

describe('a schema', () => {
  it('is kept by every text that is drawn from it', () => {
    fc.assert(
      fc.property(schemas, fc.nat(), (schema, seed) => {
        const text = drawn(startOf(expressionOf(schema)), seed)
        const valid = ajv.validate(schema, JSON.parse(text))
        if (!valid) throw new Error(`${text}: ${ajv.errorsText()}`)
      }),
      { numRuns: 400 },
    )
  })

  it('allows the values that it should, and no others', () => {
    const person = {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 3 },
        age: { type: 'integer' },
        tags: { type: 'array', items: { enum: ['a', 'ä', 1, null, { x: [] }] }, maxItems: 2 },
      },
      required: ['name', 'tags'],
      additionalProperties: false,
    }
    const yes = [
      { name: 'Ann', age: 0, tags: [] },
      { name: '👩', tags: ['ä', { x: [] }] },
      { name: '"\\\n', age: -12, tags: [1, null] },
    ]
    for (const value of yes) expect(matches(person, textOf(value)), textOf(value)).toBe(true)
    const no = [
      {},
      { name: '', tags: [] },
      { name: 'Anne', tags: [] },
      { name: 'Ann' },
      { tags: [], name: 'Ann' },
      { name: 'Ann', age: 1.5, tags: [] },
      { name: 'Ann', tags: [1, 1, 1] },
      { name: 'Ann', tags: ['b'] },
      { name: 'Ann', tags: [], more: 1 },
    ]
    for (const value of no) expect(matches(person, textOf(value)), textOf(value)).toBe(false)
    expect(matches(person, '{"name": "A\u0001", "tags": []}')).toBe(false)
    expect(matches({ type: ['string', 'null'] }, 'null')).toBe(true)
    expect(matches({ anyOf: [{ type: 'boolean' }, { const: 'x' }] }, '"x"')).toBe(true)
    expect(matches({ type: 'object', additionalProperties: { type: 'boolean' } }, '{"a": true, "b": false}')).toBe(true)
    expect(matches({ enum: [1, 'one'], type: 'string' }, '1')).toBe(false)
  })

  it('allows the whole numbers of its range, and no others', () => {
    const near = fc.integer({ min: -1200, max: 1200 })
    fc.assert(
      fc.property(near, fc.nat({ max: 1500 }), fc.array(near, { maxLength: 50 }), (minimum, more, others) => {
        const maximum = minimum + more
        const start = startOf(expressionOf({ type: 'integer', minimum, maximum }))
        for (const value of [minimum - 1, minimum, maximum, maximum + 1, 0, ...others])
          expect(behind(start, String(value))?.isComplete ?? false).toBe(value >= minimum && value <= maximum)
        for (const text of ['-0', '00', `0${String(Math.abs(maximum))}`]) expect(behind(start, text)).toBeUndefined()
      }),
    )
    expect(matches({ type: 'integer' }, '999999999999999')).toBe(true)
    expect(matches({ type: 'integer' }, '1000000000000000')).toBe(false)
  })

  it('may refer to itself', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
          required: ['value', 'children'],
        },
      },
    }
    const value = {
      value: 1,
      children: [
        { value: 2, children: [] },
        { value: 3, children: [{ value: 4, children: [] }] },
      ],
    }
    expect(matches(tree, textOf(value))).toBe(true)
    expect(matches(tree, textOf({ value: 1, children: [{}] }))).toBe(false)
  })

  it('is refused by name where it cannot be kept', () => {
    for (const [schema, why] of [
      [[], 'it is no object'],
      [{ type: 'string', pattern: '^a' }, '"pattern" is not supported'],
      [
        { type: 'object', properties: { a: { type: 'number', minimum: 0 } } },
        '"minimum" is not supported (at #/properties/a)',
      ],
      [{ oneOf: [{}] }, '"oneOf" is not supported'],
      [{ $ref: 'other.json' }, '"$ref" must point'],
      [{ $ref: '#/$defs/none' }, '"#/$defs/none" leads nowhere'],
      [{ $ref: '#' }, '"#" is nothing but itself'],
      [{ anyOf: [{ type: 'null' }, { $ref: '#/$defs/a' }], $defs: { a: { $ref: '#/$defs/a' } } }, 'nothing but itself'],
      [{ enum: [] }, 'it allows no value'],
      [{ type: 'array', minItems: 2, maxItems: 1 }, '"minItems" is above "maxItems"'],
      [{ type: 'object', required: ['a'] }, '"required" has "a"'],
      [{ type: 'integer', minimum: 0.2, maximum: 0.8 }, 'it allows no whole number'],
      [{ type: 'date' }, 'its "type" is none of JSON Schema'],
      [{ properties: { a: false } }, 'a schema is an object or true (at #/properties/a)'],
    ] as const)
      expect(() => expressionOf(schema), JSON.stringify(schema)).toThrow(why)
  })

  it('may name a property as anything', () => {
    const text = '{"type": "object", "properties": {"__proto__": {"type": "null"}, "toString": {"type": "null"}}}'
    const start = startOf(expressionOfText(text))
    expect(behind(start, '{"__proto__": null, "toString": null}')?.isComplete).toBe(true)
    expect(() => expressionOfText('{')).toThrow('The JSON Schema cannot be followed')
  })

  it('is refused where following it would take for ever', () => {
    const many = { anyOf: Array.from({ length: 1000 }, (_, i) => ({ type: 'string', minLength: i })) }
    const start = startOf(expressionOf(many))
    expect(() => behind(start, `"${'a'.repeat(10_000)}`)).toThrow('it allows too many things at once')
  })
})

/** A JSON value with numbers of few digits. */
const jsonValue = fc
  .jsonValue()
  .map((value): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? Math.trunc(each % 1e6) / 8 : each)),
    ),
  )

describe('any object', () => {
  it('is every JSON object in our spacing, and nothing else', () => {
    const start = startOf(anyObject)
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), jsonValue), (value) => {
        expect(behind(start, textOf(value))?.isComplete).toBe(true)
      }),
    )
    for (const text of ['[]', '1', '{"a" : 1}', '{a: 1}', '{"a": 01}', '{"a": 1,}'])
      expect(behind(start, text)).toBeUndefined()
  })

  it('is never anything that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(typeof JSON.parse(drawn(startOf(anyObject), seed))).toBe('object')
      }),
      { numRuns: 100 },
    )
  })
})
