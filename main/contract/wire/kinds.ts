// What MessagePack itself does not carry: the numbers of our extension types, the same in every process of one version.

/** Numeric arrays that keep their type; bytes (Uint8Array) are MessagePack's own. */
const arrays = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const

export type NumberArray = InstanceType<(typeof arrays)[number]>

export const kinds = {
  undefined: 1,
  negativeZero: 2,
  bigint: 3,
  /** UTF-16: what UTF-8 or its decoders would change (lone surrogates, a leading byte-order mark). */
  text: 4,
  /** Key and value pairs of an object with keys that MessagePack libraries refuse or change, such as __proto__. */
  entries: 5,
} as const

const FIRST_ARRAY = 16

/** By extension type. */
export const arrayKinds = arrays.map((make, i) => ({ type: FIRST_ARRAY + i, make, size: make.BYTES_PER_ELEMENT }))

const typeOf = new Map<string, number>(arrayKinds.map(({ type, make }) => [make.name, type]))

/** The extension type of an array by its name; a class of another realm has the same name. */
export const arrayType = (name: string): number | undefined => typeOf.get(name)

const known = new Set<number>([...Object.values(kinds), ...typeOf.values()])

export const isKnown = (type: number): boolean => known.has(type)
