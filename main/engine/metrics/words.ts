// Short answers against the right ones: exact match and token F1, as SQuAD's evaluation has them (Rajpurkar et al. 2016).

const punctuation = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g
/** Whole words, whatever letters stand beside them. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu

/** Lower case, without punctuation, articles and runs of white space. */
export const plainAnswer = (text: string): string =>
  text
    .toLowerCase()
    .replace(punctuation, '')
    .replace(articles, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')

export const exactMatch = (predicted: string, right: string): boolean => plainAnswer(predicted) === plainAnswer(right)

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

const wordsOf = (text: string): string[] => {
  const plain = plainAnswer(text)
  return plain === '' ? [] : plain.split(' ')
}
