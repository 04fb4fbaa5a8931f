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
  compared: number
  alike: number
  failed: number
  skipped: number
  readonly differing: DifferingAnswer[]
}

/** `changed` is called when there is something new. */
export function createComparisons(changed: () => void): Comparisons {
  /** By pair: an answer may come when its item compares another one already. */
  const known = new Map<string, Counted>()
  let underWay = 0

  const countedOf = (pair: Pair): Counted => {
    const key = [pair.id, pair.version, pair.candidate].join()
    const found = known.get(key)
    if (found) return found
    const fresh = { compared: 0, alike: 0, failed: 0, skipped: 0, differing: [] }
    known.set(key, fresh)
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
      const counts = countedOf(pair)
      return { version: pair.version, candidate: pair.candidate, ...counts, differing: [...counts.differing] }
    },
  }
}
