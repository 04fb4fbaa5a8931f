// Lets a second version of a prompt answer the same requests, and keeps what differs in memory. Nobody waits for it.
import type { Comparison, DifferingAnswer } from '../../contract/service.ts'

/** What is compared: the version that answers, and its candidate. */
export interface Pair {
  readonly id: number
  readonly version: number
  readonly candidate: number
}

export interface Comparisons {
  /** `ask` gives the candidate's answer to the same text. */
  compare(pair: Pair, given: { readonly text: string; readonly answer: string }, ask: () => Promise<string>): void
  /** What is known of a pair. */
  of(pair: Pair): Omit<Comparison, 'item'>
}

/** Requests at once that candidates answer; those beyond are left out, so that requests come first. */
const AT_ONCE = 4
/** Differing answers that are kept of a pair, and characters of each text. */
const KEPT = 50
const MAX_TEXT = 2000

interface Counted {
  readonly pair: Pair
  compared: number
  alike: number
  failed: number
  skipped: number
  readonly differing: DifferingAnswer[]
}

const isSame = (a: Pair, b: Pair): boolean => a.version === b.version && a.candidate === b.candidate

/** `changed` is called when there is something new. */
export function createComparisons(changed: () => void): Comparisons {
  /** By the item's number; another pair of it begins anew. */
  const known = new Map<number, Counted>()
  let underWay = 0

  const countedOf = (pair: Pair): Counted => {
    const found = known.get(pair.id)
    if (found && isSame(found.pair, pair)) return found
    const fresh = { pair, compared: 0, alike: 0, failed: 0, skipped: 0, differing: [] }
    known.set(pair.id, fresh)
    return fresh
  }
  const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} …` : text)

  return {
    compare(pair, { text, answer }, ask) {
      const counted = countedOf(pair)
      if (underWay >= AT_ONCE) {
        counted.skipped++
        return
      }
      underWay++
      ask()
        .then(
          (candidate) => {
            counted.compared++
            if (candidate === answer) counted.alike++
            else {
              const texts = { text: shortened(text), answer: shortened(answer), candidate: shortened(candidate) }
              counted.differing.unshift({ at: new Date().toISOString(), ...texts })
              counted.differing.splice(KEPT)
            }
          },
          () => counted.failed++,
        )
        .finally(() => {
          underWay--
          changed()
        })
    },
    of(pair) {
      const { pair: own, ...counts } = countedOf(pair)
      return { version: own.version, candidate: own.candidate, ...counts, differing: [...counts.differing] }
    },
  }
}
