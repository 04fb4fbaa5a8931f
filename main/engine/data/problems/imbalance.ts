// Check: answers that are so much rarer than the most frequent one that a model may do well without them.
import { rowsOf } from '../../../contract/words/counts.ts'
import { type Check, rowsByLabel } from './check.ts'

/** The most frequent answer has this many times the rows. */
const TIMES = 10
/** Answers with fewer rows are reported by another check. */
const MIN_ROWS = 3

export const imbalance: Check = () => {
  const { rows, see } = rowsByLabel()
  return {
    see,
    finish() {
      const [usual, ...others] = [...rows].sort(([, a], [, b]) => b.length - a.length)
      const maxRows = usual?.[1].length ?? 0
      const small = others.filter(([, { length }]) => length >= MIN_ROWS && length * TIMES <= maxRows)
      const rarest = small.at(-1)
      if (!usual || !rarest) return undefined
      const found = small.flatMap(([, some]) => some).sort((a, b) => a - b)
      return {
        rows: found,
        title:
          `${small.length === 1 ? '1 answer has' : `${small.length} answers have`} a tenth of the rows of “${usual[0]}” or less: ` +
          `“${rarest[0]}” has ${rowsOf(rarest[1].length)} against ${maxRows.toLocaleString('en')}`,
        explanation:
          'A model that never gives a rare answer still looks right most of the time. Add rows with the rare answers, exclude some of the frequent ones, and look at macro-F1, which counts each answer the same.',
        fix: undefined,
      }
    },
  }
}
