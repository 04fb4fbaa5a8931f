// Log-probability of each label given each row, with a prompt or without.
import type { Parts } from '../../contract/parts.ts'
import { type LayoutSettings, layOut, type Segments, type Sequence } from '../method/layout.ts'
import { virtualTokensOf } from '../method/virtual.ts'
import { byLength } from './batches.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { type Reading, readSequence } from './reading.ts'
import { tokenCost, withSharedStart } from './shared-start.ts'
import { labelLogProbabilities, type LabelTrie } from './trie.ts'

/** Parts, and the settings by which rows are laid out with them; both undefined = no prompt. */
export interface PlacedParts {
  readonly settings: LayoutSettings | undefined
  readonly parts: Parts | undefined
  /** The precomputed keys and values of all the rows' texts. */
  readonly reading?: Reading | undefined
  /** A virtual token of the past that no token attends to. */
  readonly maskedToken?: number | undefined
}

export const noPrompt: PlacedParts = { settings: undefined, parts: undefined }

/** Parts of a prompt with their layout. */
export interface PlacedPrompt extends PlacedParts {
  readonly settings: LayoutSettings
  readonly parts: Parts
}

/**
 * log p of every label for every row, [rows][labels]. One forward pass over a row computes all nodes of the labels' trie:
 * their tokens follow the row side by side, and each attends only to its ancestors in the trie.
 */
export async function scoreRows(
  runner: InferenceRunner,
  trie: LabelTrie,
  rows: readonly Segments[],
  { settings, parts, reading, maskedToken }: PlacedParts = noPrompt,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const laidOut = rows.map((segments) => {
    const sequence = layOut(segments, trie.context, settings)
    return reading ? readSequence(segments, sequence, reading) : sequence
  })
  const { sequences, sharedKv, shared } =
    settings || reading ? { sequences: laidOut, shared: 0 } : await withSharedStart(runner, laidOut, 'candidates')
  // The cached keys have the positions that follow the reading's past, whatever past the parts themselves have.
  const offset = reading ? reading.position - virtualTokensOf(parts).past : 0
  const scores = new Array<number[]>(rows.length)
  let done = 0
  for (const some of byLength([...sequences.keys()], (row) => tokenCost(sequences[row], shared), runner.tokensAtOnce)) {
    const chosen = some.map((row) => sequences[row] as Sequence)
    const { data, shape } = await runner.logits({
      sequences: chosen,
      parts,
      targetPositions: chosen.map(({ questionEnd }) => trie.nodes.map(({ after }) => questionEnd + 1 + after)),
      candidates: trie.candidates,
      texts: reading?.texts,
      sharedKv,
      offset,
      maskedToken,
    })
    const size = (shape[1] ?? 0) * (shape[2] ?? 0)
    some.forEach((row, b) => (scores[row] = labelLogProbabilities(trie, data.subarray(b * size, (b + 1) * size))))
    done += some.length
    onProgress(done)
  }
  return scores
}
