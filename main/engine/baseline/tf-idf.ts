// TF-IDF features: how often a text has an n-gram, and how few texts have it.
import { breather } from '../breather.ts'
import { collectRows, type Entry, type Matrix } from './matrix.ts'
import { characterGrams, wordGrams } from './n-grams.ts'

/** Kinds of n-grams, each in buckets of its own; its part of a row has a length of 1. */
const kinds = [wordGrams, characterGrams] as const

/**
 * Buckets of a kind. N-grams in the same bucket count as one (the hashing trick, Weinberger et al. 2009), so that memory
 * has a bound; of 50,000 n-grams, one in twenty shares its bucket.
 */
const buckets = 1 << 20

/** Characters of a text that are read. */
const maxCharacters = 10_000

export interface TfIdf {
  readonly columns: number
  /** [texts, columns]. N-grams that no training text has are left out: a row may have no entry. */
  matrix(texts: readonly string[]): Promise<Matrix>
}

/**
 * Learns the n-grams of the training texts with their weights: in a text that has one t times, (1 + ln t) times
 * 1 + ln((1 + n) / (1 + d)) for n texts of which d have it, as scikit-learn with `sublinear_tf`. Where there are more
 * than `maxColumns`, those of the fewest texts are left out.
 */
export async function fitTfIdf(training: readonly string[], maxColumns: number): Promise<TfIdf> {
  const breathe = breather()
  const documents = new Uint32Array(kinds.length * buckets)
  for (const text of training) {
    for (const counts of countsOf(text))
      for (const bucket of counts.keys()) documents[bucket] = (documents[bucket] ?? 0) + 1
    await breathe()
  }
  const columnOf = mostFrequent(documents, maxColumns)
  const columns = columnOf.size
  const entriesOf = (counts: ReadonlyMap<number, number>): Entry[] =>
    unit(
      Array.from(counts).flatMap(([bucket, count]): Entry[] => {
        const column = columnOf.get(bucket)
        const rarity = 1 + Math.log((1 + training.length) / (1 + (documents[bucket] ?? 0)))
        return column === undefined ? [] : [[column, (1 + Math.log(count)) * rarity]]
      }),
    )
  return {
    columns,
    async matrix(texts) {
      const rows = collectRows(columns)
      for (const text of texts) {
        rows.add(countsOf(text).flatMap(entriesOf))
        await breathe()
      }
      return rows.matrix()
    },
  }
}

/** How often each bucket of each kind occurs in a text. */
const countsOf = (text: string): ReadonlyMap<number, number>[] =>
  kinds.map((grams, kind) => {
    const counts = new Map<number, number>()
    for (const gram of grams(text.slice(0, maxCharacters))) {
      const bucket = kind * buckets + (hash(gram) & (buckets - 1))
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    return counts
  })

/** FNV-1a, its high bits folded into the low ones. */
function hash(text: string): number {
  let bits = 0x811c9dc5
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193)
  return bits ^ (bits >>> 16)
}

/** A column for each bucket that as many documents have as leaves at most `max` columns. */
function mostFrequent(documents: Uint32Array, max: number): Map<number, number> {
  const used: number[] = []
  documents.forEach((texts, bucket) => {
    if (texts > 0) used.push(bucket)
  })
  const least = used.map((bucket) => documents[bucket] ?? 0).sort((a, b) => b - a)[max] ?? 0
  return new Map(used.filter((bucket) => (documents[bucket] ?? 0) > least).map((bucket, column) => [bucket, column]))
}

/** Scaled to a length of 1; nothing stays nothing. */
function unit(entries: readonly Entry[]): Entry[] {
  const length = Math.sqrt(entries.reduce((sum, [, value]) => sum + value * value, 0))
  return entries.map(([column, value]) => [column, value / length])
}
