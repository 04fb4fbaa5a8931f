// Longer texts against the right ones: ROUGE-L (Lin 2004), as Google's rouge_score computes it without stemming.

/** F-measure of the longest common subsequence of words, 0 to 1. */
export function rougeL(predicted: string, right: string): number {
  const [said, wanted] = [wordsOf(predicted), wordsOf(right)]
  const common = longestCommon(said, wanted)
  return common === 0 ? 0 : (2 * common) / (said.length + wanted.length)
}

/** Runs of Latin letters and digits, in lower case: other characters part words. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? []

/** Length of the longest common subsequence; memory for one row of the table. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  const row = new Uint32Array(b.length + 1)
  for (const word of a) {
    let diagonal = 0
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0
      row[j] = word === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1] ?? 0)
      diagonal = above
    }
  }
  return row[b.length] ?? 0
}
