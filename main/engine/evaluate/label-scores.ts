// Log-likelihood of each label given each row, with a prompt or without.
import type { PlainPrompt } from '../../contract/prompt.ts'
import { type LayoutSettings, layOut, type Segments, type Sequence } from '../method/layout.ts'
import type { Reader } from './reader.ts'
import { labelLogProbabilities, type LabelTrie } from './trie.ts'

/** Tokens read at once, padding included: enough to keep the processor busy, little enough for any memory. */
const tokensAtOnce = 2048

export interface Virtual {
  readonly settings: LayoutSettings
  readonly prompt: PlainPrompt
}

/**
 * log p of every label for every row, [rows][labels]. All branchings of the labels are read in one pass over the row:
 * they lie side by side behind it, each seeing only its own beginning.
 */
export async function scoreRows(
  reader: Reader,
  trie: LabelTrie,
  rows: readonly Segments[],
  virtual: Virtual | undefined,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const sequences = rows.map((segments) => layOut(segments, trie.context, virtual?.settings))
  const scores = new Array<number[]>(rows.length)
  let done = 0
  for (const some of batches(sequences)) {
    const chosen = some.map((row) => sequences[row] as Sequence)
    const { data, shape } = await reader.logits({
      sequences: chosen,
      prompt: virtual?.prompt,
      ask: chosen.map(({ questionEnd }) => trie.branchings.map(({ after }) => questionEnd + 1 + after)),
      candidates: trie.candidates,
    })
    const size = (shape[1] ?? 0) * (shape[2] ?? 0)
    some.forEach((row, b) => (scores[row] = labelLogProbabilities(trie, data.subarray(b * size, (b + 1) * size))))
    done += some.length
    onProgress(done)
  }
  return scores
}

/** Rows of like length together, so that little padding is read. */
function batches(sequences: readonly Sequence[]): number[][] {
  const length = (row: number): number => sequences[row]?.ids.length ?? 0
  const sorted = sequences.map((_, row) => row).sort((a, b) => length(a) - length(b) || a - b)
  const groups: number[][] = []
  let group: number[] = []
  for (const row of sorted) {
    if (group.length > 0 && (group.length + 1) * length(row) > tokensAtOnce) {
      groups.push(group)
      group = []
    }
    group.push(row)
  }
  return group.length > 0 ? [...groups, group] : groups
}

/** Index of the largest; the first of equals. */
export const best = (values: readonly number[]): number =>
  values.reduce((at, value, i) => (value > (values[at] ?? -Infinity) ? i : at), 0)
