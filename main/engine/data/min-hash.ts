// Finds texts that are nearly the same, in time that grows with the texts and not with their pairs: MinHash in bands.
import { createRandom } from '../random.ts'

/** Characters of a shingle. */
const SHINGLE = 5
/** Shorter texts are compared whole: one word more is another text. */
const MIN_CHARACTERS = 20
/** Bins of a signature, and how many of them make a band. */
const BINS = 64
const BAND = 4
const BANDS = BINS / BAND
/** Share of common shingles from which two texts count as nearly the same. Bands miss 2 in 10,000 pairs at this limit. */
export const NEAR = 0.8

/** The text without what people do not tell texts apart by: case, width and runs of white space. */
export const plainText = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/** Hashes of a plain text's shingles; undefined where it is too short to be near anything. */
function shinglesOf(plain: string): Uint32Array | undefined {
  if (plain.length < MIN_CHARACTERS) return undefined
  return Uint32Array.from({ length: plain.length - SHINGLE + 1 }, (_, at) => {
    let hash = 0x811c9dc5
    for (let i = at; i < at + SHINGLE; i++) hash = Math.imul(hash ^ plain.charCodeAt(i), 0x01000193)
    return mixed(hash)
  })
}

/** Every bit depends on every bit (the end of MurmurHash3). */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Jaccard's index of two plain texts' shingles; 0 where either is short. */
export function likeness(a: string, b: string): number {
  const [first, second] = [new Set(shinglesOf(a)), new Set(shinglesOf(b))]
  let common = 0
  for (const hash of first) if (second.has(hash)) common++
  return common === 0 ? 0 : common / (first.size + second.size - common)
}

/** Where an empty bin borrows, the same for every text (optimal densification: Shrivastava 2017). */
const borrowed = Array.from({ length: BINS }, (_, bin) => createRandom(bin).shuffle([...Array(BINS).keys()]))

/** One permutation in bins (Li, Owen and Zhang 2012): the lowest hash of each, [BINS]. */
function signatureOf(shingles: Uint32Array): Uint32Array {
  const empty = 0xffffffff
  const lowest = new Uint32Array(BINS).fill(empty)
  for (const hash of shingles) {
    const bin = hash & (BINS - 1)
    if (hash < (lowest[bin] ?? 0)) lowest[bin] = hash
  }
  return lowest.map((hash, bin) =>
    hash === empty ? (lowest[borrowed[bin]?.find((other) => lowest[other] !== empty) ?? bin] ?? empty) : hash,
  )
}

export interface NearTexts {
  /** Adds the next text, as `plainText` gives it. */
  add(plain: string): void
  /**
   * Hands over pairs of places that share a band, the earlier first, a pair perhaps more than once. Each text meets at
   * most 16 others of a band, so that a form letter sent a million times stays linear; one generator step takes a moment.
   */
  candidates(): Generator<readonly [earlier: number, later: number]>
  /** Share of the bins in common: an estimate of the likeness, within 5 points as a rule. */
  estimate(a: number, b: number): number
}

/** A million texts take 128 MB; texts themselves are not kept. */
export function createNearTexts(): NearTexts {
  let length = 0
  let bands = new Uint32Array(BANDS * 1024)
  let bytes = new Uint8Array(BINS * 1024)
  let short = new Uint8Array(1024)
  const grow = (): void => {
    ;[bands, bytes, short] = [
      grown(bands, new Uint32Array(bands.length * 2)),
      grown(bytes, new Uint8Array(bytes.length * 2)),
      grown(short, new Uint8Array(short.length * 2)),
    ]
  }
  return {
    add(plain) {
      if (length === short.length) grow()
      const shingles = shinglesOf(plain)
      if (!shingles) short[length] = 1
      else {
        const signature = signatureOf(shingles)
        for (let bin = 0; bin < BINS; bin++) bytes[length * BINS + bin] = (signature[bin] ?? 0) >>> 8
        for (let band = 0; band < BANDS; band++)
          bands[length * BANDS + band] = signature
            .subarray(band * BAND, (band + 1) * BAND)
            .reduce((hash, value) => mixed(hash ^ value) + 0x9e3779b9)
      }
      length++
    },
    *candidates() {
      const long = Uint32Array.from({ length }, (_, place) => place).filter((place) => short[place] === 0)
      for (let band = 0; band < BANDS; band++) yield* neighbours(long, (place) => bands[place * BANDS + band] ?? 0)
    },
    estimate(a, b) {
      let same = 0
      for (let bin = 0; bin < BINS; bin++) if (bytes[a * BINS + bin] === bytes[b * BINS + bin]) same++
      return same / BINS
    },
  }
}

function grown<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Texts of a band that each text is compared with: the first ones, and the last ones before it. */
const FIRST_NEIGHBOURS = 4
const LAST_NEIGHBOURS = 12
/** Places fit beside a key of 32 bits in a double. */
const PLACES = 2 ** 21

/** Pairs of equal keys: each place with the first few and the last few before it. */
function* neighbours(places: Uint32Array, key: (place: number) => number): Generator<readonly [number, number]> {
  if (places.length > PLACES) throw new RangeError('too many texts to compare')
  const sorted = Float64Array.from(places, (place) => key(place) * PLACES + place).sort()
  let start = 0
  for (let at = 1; at < sorted.length; at++) {
    const value = sorted[at] ?? 0
    if (Math.floor((sorted[start] ?? 0) / PLACES) !== Math.floor(value / PLACES)) start = at
    for (let other = start; other < at; other++) {
      if (other === start + FIRST_NEIGHBOURS && other < at - LAST_NEIGHBOURS) other = at - LAST_NEIGHBOURS
      yield [(sorted[other] ?? 0) % PLACES, value % PLACES]
    }
  }
}
