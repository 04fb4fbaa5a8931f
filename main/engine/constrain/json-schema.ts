// JSON Schema (draft 2020-12) as an expression. What it cannot promise to keep is refused by name, never ignored.
import { studioError } from '../../contract/errors/index.ts'
import { isRecord } from '../tokens/record.ts'
import { choice, exactly, type Expression, later } from './expression.ts'
import { integersBetween, MOST_INTEGER } from './integers.ts'
import { anyObject, anyValue, array, boolean, map, missing, number, object, string, textOf } from './json.ts'

type Schema = Readonly<Record<string, unknown>>

/** They say something about a value and limit none. */
const annotations = [
  ...['$schema', '$id', '$comment', '$defs', 'definitions', 'title', 'description', 'default', 'examples'],
  ...['deprecated', 'readOnly', 'writeOnly'],
]

/** Schemas within a schema at most. */
const MOST_SCHEMAS = 2000

interface Place {
  readonly root: Schema
  /** As people find it, '#/properties/name'. */
  readonly path: string
  /** References that lead here without a value around it. */
  readonly through: readonly string[]
  readonly count: { schemas: number }
  /** What each reference stands for. */
  readonly referred: Map<string, Expression>
}

/** `text`: the schema. Error: 'serving/schema'. */
export function expressionOf(text: string): Expression {
  const schema = parsed(text)
  if (!isRecord(schema)) throw studioError('serving/schema', 'it is no object')
  return compile(schema, { root: schema, path: '#', through: [], count: { schemas: 0 }, referred: new Map() })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw studioError('serving/schema', error instanceof Error ? error.message : String(error))
  }
}

function compile(schema: unknown, place: Place): Expression {
  if (schema === true) return anyValue
  if (!isRecord(schema)) return refuse(place, 'a schema is an object or true')
  if (++place.count.schemas > MOST_SCHEMAS) return refuse(place, `it has more than ${String(MOST_SCHEMAS)} schemas`)
  const compiler = compilers.find(([keyword]) => keyword in schema)
  if (!compiler) return compileTyped(schema, place)
  const [keyword, of, beside] = compiler
  refuseOthers(schema, [keyword, ...beside], place)
  return of(schema, place)
}

/** Keywords that say all about a value, with those that may stand beside each; the first one that a schema has counts. */
const compilers: readonly (readonly [
  keyword: string,
  of: (schema: Schema, place: Place) => Expression,
  beside: readonly string[],
])[] = [
  ['$ref', compileReference, []],
  ['enum', (schema, place) => compileValues(schema, schema['enum'], place), ['type']],
  ['const', (schema, place) => compileValues(schema, [schema['const']], place), ['type']],
  ['anyOf', compileAny, []],
  ['allOf', compileAll, []],
]

function compileReference({ $ref: reference }: Schema, place: Place): Expression {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference))
    return refuse(place, '"$ref" must point into the same schema, as "#/$defs/name" does')
  if (place.through.includes(reference)) return refuse(place, `"${reference}" is nothing but itself`)
  const known = place.referred.get(reference)
  if (known) return known
  // What it stands for may refer to it.
  const itself = later(() => made)
  place.referred.set(reference, itself)
  const through = [...place.through, reference]
  const made = compile(targetOf(place, reference), { ...place, path: reference, through })
  return itself
}

/** What a JSON Pointer (RFC 6901) leads to. */
function targetOf(place: Place, reference: string): unknown {
  let found: unknown = place.root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, key)
    if (!isThere) return refuse(place, `"${reference}" leads nowhere`)
    found = (found as Schema)[key]
  }
  return found
}

function compileValues(schema: Schema, values: unknown, place: Place): Expression {
  if (!Array.isArray(values)) return refuse(place, '"enum" must be a list')
  const types = typesOf(schema, place)
  const allowed = values.filter((value) => types.some((type) => kinds[type].has(value)))
  if (allowed.length === 0) return refuse(place, 'it allows no value')
  return choice(...allowed.map((value) => exactly(textOf(value))))
}

function compileAny({ anyOf }: Schema, place: Place): Expression {
  if (!Array.isArray(anyOf) || anyOf.length === 0) return refuse(place, '"anyOf" must be a list of schemas')
  return choice(...anyOf.map((each, i) => compile(each, { ...place, path: `${place.path}/anyOf/${String(i)}` })))
}

function compileAll({ allOf }: Schema, place: Place): Expression {
  if (!Array.isArray(allOf) || allOf.length !== 1)
    return refuse(place, '"allOf" with more than one schema is not supported')
  return compile(allOf[0], { ...place, path: `${place.path}/allOf/0` })
}

type Kind = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'

/** Types of values: their keywords, what they allow, and which values they have. */
const kinds: Readonly<
  Record<
    Kind,
    {
      readonly keywords: readonly string[]
      readonly compile: (schema: Schema, place: Place) => Expression
      readonly has: (value: unknown) => boolean
    }
  >
> = {
  object: { keywords: ['properties', 'required', 'additionalProperties'], compile: compileObject, has: isRecord },
  array: { keywords: ['items', 'minItems', 'maxItems'], compile: compileArray, has: Array.isArray },
  string: {
    keywords: ['minLength', 'maxLength'],
    compile: (schema, place) => string(...boundsOf(schema, 'minLength', 'maxLength', place)),
    has: (value) => typeof value === 'string',
  },
  number: { keywords: [], compile: () => number, has: (value) => typeof value === 'number' },
  integer: {
    keywords: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
    compile: compileInteger,
    has: Number.isInteger,
  },
  boolean: { keywords: [], compile: () => boolean, has: (value) => typeof value === 'boolean' },
  null: { keywords: [], compile: () => missing, has: (value) => value === null },
}
const allKinds = Object.keys(kinds) as readonly Kind[]

/** Where a schema names no type: the one that its keywords belong to. */
function compileTyped(schema: Schema, place: Place): Expression {
  const implied = allKinds.filter((kind) => kinds[kind].keywords.some((keyword) => keyword in schema))
  const types = 'type' in schema ? typesOf(schema, place) : implied
  refuseOthers(schema, ['type', ...types.flatMap((type) => kinds[type].keywords)], place)
  if (types.length === 0) return anyValue
  return choice(...types.map((type) => kinds[type].compile(schema, place)))
}

function typesOf({ type = allKinds }: Schema, place: Place): readonly Kind[] {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type]
  const found = types.filter((each): each is Kind => allKinds.includes(each as Kind))
  return found.length === types.length && found.length > 0 ? found : refuse(place, 'its "type" is none of JSON Schema')
}

function compileArray(schema: Schema, place: Place): Expression {
  const item = compile(schema['items'] ?? true, { ...place, path: `${place.path}/items`, through: [] })
  return array(item, ...boundsOf(schema, 'minItems', 'maxItems', place))
}

function compileObject(schema: Schema, place: Place): Expression {
  const { properties = {}, required = [], additionalProperties: others = true } = schema
  if (!isRecord(properties)) return refuse(place, '"properties" must be an object')
  if (!Array.isArray(required)) return refuse(place, '"required" must be a list')
  const absent: unknown = required.find((name) => typeof name !== 'string' || !Object.hasOwn(properties, name))
  if (absent !== undefined) return refuse(place, `"required" has ${textOf(absent)}, which "properties" has not`)
  const names = Object.keys(properties)
  const inside = (keyword: string): Place => ({ ...place, path: `${place.path}/${keyword}`, through: [] })
  if (names.length === 0 && others !== false)
    return others === true ? anyObject : map(compile(others, inside('additionalProperties')))
  return object(
    names.map((name) => ({
      name,
      value: compile(properties[name], inside(`properties/${name}`)),
      isRequired: required.includes(name),
    })),
  )
}

function compileInteger(schema: Schema, place: Place): Expression {
  const bound = (keyword: string, none: number): number => {
    const { [keyword]: value = none } = schema
    return typeof value === 'number' ? value : refuse(place, `"${keyword}" must be a number`)
  }
  const [above, below] = [bound('exclusiveMinimum', -Infinity), bound('exclusiveMaximum', Infinity)]
  const min = Math.max(Math.ceil(bound('minimum', -MOST_INTEGER)), Math.floor(above) + 1, -MOST_INTEGER)
  const max = Math.min(Math.floor(bound('maximum', MOST_INTEGER)), Math.ceil(below) - 1, MOST_INTEGER)
  return min <= max ? integersBetween(min, max) : refuse(place, 'it allows no whole number')
}

/** Of a string's or a list's length. */
function boundsOf(schema: Schema, least: string, most: string, place: Place): [min: number, max: number] {
  const { [least]: min = 0, [most]: max = Infinity } = schema
  const isBound = (value: unknown): value is number =>
    value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)
  if (!isBound(min) || !isBound(max)) return refuse(place, `"${least}" and "${most}" must be whole numbers`)
  return min <= max ? [min, max] : refuse(place, `"${least}" is above "${most}"`)
}

function refuseOthers(schema: Schema, known: readonly string[], place: Place): void {
  const other = Object.keys(schema).find((keyword) => !known.includes(keyword) && !annotations.includes(keyword))
  if (other !== undefined) refuse(place, `"${other}" is not supported`)
}

function refuse({ path }: Place, why: string): never {
  throw studioError('serving/schema', path === '#' ? why : `${why} (at ${path})`)
}
