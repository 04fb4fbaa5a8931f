// Longer texts against the right ones: ROUGE-L (Lin 2004), as Google's rouge_score computes it without stemming.
import { foldedWords } from './segment.ts'

/** F-measure of the longest common subsequence of words, 0 to 1; 1 where both are empty. */
export function rougeL(predicted: string, right: string): number {
  const [said, wanted] = [foldedWords(predicted), foldedWords(right)]
  if (said.length + wanted.length === 0) return 1
  return (2 * longestCommon(said, wanted)) / (said.length + wanted.length)
}

/** Words of one text that are compared at once, as bits of a number. */
const blockSize = 32

/**
 * Length of the longest common subsequence, bit-parallel (Hyyrö 2004) by blocks of the first text: time n m / 32, memory
 * for the second text's carries.
 */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  const ids = new Map<string, number>()
  const idOf = (word: string): number => ids.get(word) ?? (ids.set(word, ids.size), ids.size - 1)
  const [rows, columns] = [a.map(idOf), Uint32Array.from(b, idOf)]
  const masks = new Uint32Array(ids.size)
  const carries = new Uint8Array(columns.length)
  let common = 0
  for (let start = 0; start < rows.length; start += blockSize) {
    const block = rows.slice(start, start + blockSize)
    block.forEach((id, bit) => (masks[id] = (masks[id] ?? 0) | (1 << bit)))
    common += zeros(lastRow(masks, columns, carries), block.length)
    for (const id of block) masks[id] = 0
  }
  return common
}

/** The block's bits after the whole second text: 0 where the subsequence grew. Carries go on to the next block. */
function lastRow(masks: Uint32Array, columns: Uint32Array, carries: Uint8Array): number {
  let row = 0xffffffff
  for (let j = 0; j < columns.length; j++) {
    const matches = masks[columns[j] ?? 0] ?? 0
    const sum = row + ((row & matches) >>> 0) + (carries[j] ?? 0)
    carries[j] = sum > 0xffffffff ? 1 : 0
    row = (sum | (row & ~matches)) >>> 0
  }
  return row
}

function zeros(bits: number, count: number): number {
  let found = 0
  for (let bit = 0; bit < count; bit++) if (((bits >>> bit) & 1) === 0) found++
  return found
}
