// The n-grams of a text that a bag of words counts: words with their neighbours, and runs of characters within words.
import { folded, foldedWords } from '../metrics/segment.ts'

/** Words, and pairs of neighbouring words. In scripts without spaces words are those of `foldedWords`. */
export function wordGrams(text: string): string[] {
  const words = foldedWords(text)
  return [...words, ...words.slice(1).map((word, i) => `${words[i] ?? ''} ${word}`)]
}

/** The shortest and the longest run of characters. */
const [shortest, longest] = [2, 5]

/** Runs of characters within what white space parts, with a space at either end of it: scikit-learn's `char_wb`. */
export function characterGrams(text: string): string[] {
  const grams: string[] = []
  for (const word of folded(text).split(/\s+/)) {
    if (word === '') continue
    const padded = ` ${word} `
    const ends = endsOf(padded)
    for (let size = shortest; size <= Math.min(longest, ends.length - 1); size++)
      for (let at = 0; at + size < ends.length; at++) grams.push(padded.slice(ends[at], ends[at + size]))
  }
  return grams
}

/** Where each character ends, 0 first: a character outside the basic plane takes two units of a string. */
function endsOf(text: string): number[] {
  let end = 0
  return [0, ...Array.from(text, (character) => (end += character.length))]
}
