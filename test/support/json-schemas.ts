// Small JSON Schemas of the kind that can be followed, at random.
import fc from 'fast-check'

const bounds = (least: string, most: string) =>
  fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 4 }))
    .map(([min, more]): Record<string, unknown> => ({ [least]: min, [most]: min + more }))

const plain = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null').map((type) => ({ type }))
/** The validator that judges cannot compare objects with own methods of comparison. */
const value = fc
  .jsonValue({ maxDepth: 1 })
  .filter((each) => !/"(toString|valueOf|constructor)":/.test(JSON.stringify(each)))
const values = fc.array(value, { minLength: 1, maxLength: 4 })

const leaf: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  plain,
  bounds('minLength', 'maxLength').map((own) => ({ type: 'string', ...own })),
  fc
    .tuple(fc.integer({ min: -2000, max: 2000 }), fc.nat({ max: 3000 }))
    .map(([minimum, more]) => ({ type: 'integer', minimum, exclusiveMaximum: minimum + more + 0.5 })),
  values.map((all) => ({ enum: all })),
  value.map((each) => ({ const: each })),
  fc.constant({ type: ['string', 'null'], title: 'Nickname', description: 'What friends say' }),
)

/** Setting it changes no property, but the prototype. */
const name = fc.string({ maxLength: 5 }).filter((each) => each !== '__proto__')

const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('schema'), bounds('minItems', 'maxItems')).map(([items, own]) => ({ type: 'array', items, ...own })),
    fc
      .tuple(fc.dictionary(name, tie('schema'), { maxKeys: 4, noNullPrototype: true }), fc.nat())
      .map(([properties, chosen]) => ({
        type: 'object',
        properties,
        required: Object.keys(properties).filter((_, i) => (chosen >> i) & 1),
        additionalProperties: false,
      })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie('schema').map((additionalProperties) => ({ type: 'object', additionalProperties })),
  ),
}))

export const schemas = schema
