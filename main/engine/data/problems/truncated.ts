// Check: texts that some program seems to have cut before they came here: too many end at the same greatest length.
import { rowsOf } from '../../../contract/words/counts.ts'
import type { Check } from './check.ts'

/** Programs cut at 100, 140, 255, 256, 500 ...; below this, equal lengths are usual. */
const MIN_CUT = 80
const MIN_ROWS = 5
/** Lengths just below the greatest: their rows show how many would end there by chance. */
const NEIGHBOURS = 20

export const truncated: Check = () => {
  const counts = new Map<number, number>()
  let longest = MIN_CUT - 1
  let rows: number[] = []
  return {
    see({ row, text: { length } }) {
      counts.set(length, (counts.get(length) ?? 0) + 1)
      if (length > longest) [longest, rows] = [length, []]
      if (length === longest) rows.push(row)
    },
    finish() {
      let near = 0
      for (let length = longest - NEIGHBOURS; length < longest; length++) near += counts.get(length) ?? 0
      return rows.length < MIN_ROWS || rows.length * 2 <= near
        ? undefined
        : {
            rows,
            title: `${rowsOf(rows.length)} end at exactly ${longest.toLocaleString('en')} characters`,
            explanation:
              'No text is longer, and many have exactly this length: the program that wrote the file has probably cut them off. If the end matters, export the full texts again, or exclude these.',
            fix: { kind: 'exclude', button: 'Exclude them' },
          }
    },
  }
}
