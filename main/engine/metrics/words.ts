// Short answers against the right ones: exact match and token F1, as the evaluations of SQuAD (Rajpurkar et al. 2016) and,
// beyond English, of MLQA (Lewis et al. 2020) have them.
import { folded, wordsWithin } from './segment.ts'

/** Punctuation of any script, and what ASCII has besides. */
const punctuation = /[\p{P}$+<=>^`|~]/gu
/** Whole words, whatever letters stand beside them. */
const articles = /(?<![\p{L}\p{M}\p{N}_])(?:a|an|the)(?![\p{L}\p{M}\p{N}_])/gu

/** Words in lower case, without punctuation and articles; with them where nothing else is there: "+" is not "-". */
function wordsOf(text: string): string[] {
  const whole = folded(text)
  const bare = whole.replace(punctuation, '')
  const [words = []] = [bare.replace(articles, ' '), bare, whole].map(spaced).filter(({ length }) => length > 0)
  return words.flatMap(wordsWithin)
}

const spaced = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

/** Whether both have the same words in the same order. */
export const exactMatch = (predicted: string, right: string): boolean =>
  wordsOf(predicted).join(' ') === wordsOf(right).join(' ')

/** Harmonic mean of precision and recall over words, 0 to 1; 1 where both are empty. */
export function tokenF1(predicted: string, right: string): number {
  const [said, wanted] = [wordsOf(predicted), wordsOf(right)]
  if (said.length === 0 || wanted.length === 0) return said.length === wanted.length ? 1 : 0
  const left = new Map<string, number>()
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1)
  let common = 0
  for (const word of said) {
    const count = left.get(word) ?? 0
    if (count > 0) common++
    left.set(word, count - 1)
  }
  return (2 * common) / (said.length + wanted.length)
}
