// Check: the answer itself is in the text, so that copying it looks like understanding.
import { rowsOf } from '../words.ts'
import type { Check } from './check.ts'

/** Below this share of the answered rows a word in common is chance, and could not move a figure by much. */
const MIN_SHARE = 0.02
/** Shorter answers ("no", "7") occur in many texts without being their answer. */
const MIN_CHARACTERS = 3

export const answerInText: Check = () => {
  const rows: number[] = []
  let answered = 0
  const words = new Map<string, string>()
  return {
    see({ row, text, label }) {
      if (label === '' || text.trim() === '') return
      answered++
      const word = words.get(label) ?? plain(label)
      words.set(label, word)
      if (word.length >= MIN_CHARACTERS && standsIn(word, plain(text))) rows.push(row)
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

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()

/** As whole words. */
function standsIn(word: string, text: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return true
  return false
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character)
