// Check: the answer itself is in the text, so that copying it looks like understanding.
import { plainWords, standsIn } from '../found-in.ts'
import { rowsOf } from '../../../contract/words/counts.ts'
import type { Check } from './check.ts'

/** Below this share of the answered rows a word in common is chance, and could not move a figure by much. */
const MIN_SHARE = 0.02

export const answerInText: Check = () => {
  const rows: number[] = []
  let answered = 0
  const words = new Map<string, string>()
  return {
    see({ row, text, label }) {
      if (label === '' || text.trim() === '') return
      answered++
      const word = words.get(label) ?? plainWords(label)
      words.set(label, word)
      if (standsIn(word, plainWords(text))) rows.push(row)
    },
    finish: () =>
      rows.length === 0 || rows.length < MIN_SHARE * answered
        ? undefined
        : {
            rows,
            title: `${rowsOf(rows.length)} contain their answer in the text`,
            explanation:
              'A model can copy the answer instead of understanding the text. If your own texts will not contain the answer, the result on these rows promises too much: remove the answer from them, or exclude them.',
            fix: { kind: 'exclude', button: 'Exclude them' },
          },
  }
}
