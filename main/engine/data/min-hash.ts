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
  /** Whether the share of bins in common, an estimate of the likeness within 5 points as a rule, is at least `least`. */
  resemble(a: number, b: number, least: number): boolean
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
    resemble(a, b, least) {
      // Most pairs differ after a few bins.
      let mayDiffer = BINS - Math.ceil(least * BINS)
      for (let bin = 0; bin < BINS; bin++)
        if (bytes[a * BINS + bin] !== bytes[b * BINS + bin] && --mayDiffer < 0) return false
      return true
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
/** Bits of a whole number that a double holds exactly. */
const EXACT_BITS = 53

/**
 * Pairs of equal keys (32 bits): each place with the first few and the last few before it. Key and place share a double, so
 * that beyond two million places keys lose their lowest bits, and more pairs are compared that are not near.
 */
function* neighbours(places: Uint32Array, key: (place: number) => number): Generator<readonly [number, number]> {
  const placeBits = Math.max(21, Math.ceil(Math.log2(1 + (places.at(-1) ?? 0))))
  const [span, lost] = [2 ** placeBits, Math.max(0, 32 + placeBits - EXACT_BITS)]
  const sorted = Float64Array.from(places, (place) => (key(place) >>> lost) * span + place).sort()
  let start = 0
  for (let at = 1; at < sorted.length; at++) {
    const value = sorted[at] ?? 0
    if (Math.floor((sorted[start] ?? 0) / span) !== Math.floor(value / span)) start = at
    for (let other = start; other < at; other++) {
      if (other === start + FIRST_NEIGHBOURS && other < at - LAST_NEIGHBOURS) other = at - LAST_NEIGHBOURS
      yield [(sorted[other] ?? 0) % span, value % span]
    }
  }
}
