// Log-likelihood of each label given each row, with a prompt or without.
import type { Parts } from '../../contract/parts.ts'
import { type LayoutSettings, layOut, pastOf, type Segments, type Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { tokensRead, withOpening } from './shared-start.ts'
import type { CachedTexts } from './cached-texts.ts'
import { labelLogProbabilities, type LabelTrie } from './trie.ts'

/** Parts, and the settings by which rows are laid out with them. */
export interface PlacedParts {
  readonly settings: LayoutSettings
  /** Undefined = rows laid out as for a prompt, and none there: texts that were cached for it serve both. */
  readonly parts: Parts | undefined
  /** Where all the rows' constant starts are cached. */
  readonly texts?: CachedTexts | undefined
  /** A virtual token of the past that no token attends to. */
  readonly maskedToken?: number | undefined
}

/** A prompt that is there. */
export interface PlacedPrompt extends PlacedParts {
  readonly parts: Parts
}

/**
 * log p of every label for every row, [rows][labels]. All nodes of the labels' trie are computed in one pass over the row:
 * their tokens lie side by side behind it, each attending only to its own beginning.
 */
export async function scoreRows(
  reader: InferenceRunner,
  trie: LabelTrie,
  rows: readonly Segments[],
  placed: PlacedParts | undefined,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const laidOut = rows.map((segments) => layOut(segments, trie.context, placed?.settings))
  const { sequences, opening, shared } = placed
    ? { sequences: laidOut, shared: 0 }
    : await withOpening(reader, laidOut, 'candidates')
  // Cached texts stand behind the places of a past that is not there.
  const offset = placed && !placed.parts ? pastOf(placed.settings) : 0
  const scores = new Array<number[]>(rows.length)
  let done = 0
  for (const some of byLength(
    [...sequences.keys()],
    (row) => tokensRead(sequences[row], shared),
    reader.tokensAtOnce,
  )) {
    const chosen = some.map((row) => sequences[row] as Sequence)
    const { data, shape } = await reader.logits({
      sequences: chosen,
      parts: placed?.parts,
      targetPositions: chosen.map(({ questionEnd }) => trie.nodes.map(({ after }) => questionEnd + 1 + after)),
      candidates: trie.candidates,
      texts: placed?.texts,
      opening,
      offset,
      maskedToken: placed?.maskedToken,
    })
    const size = (shape[1] ?? 0) * (shape[2] ?? 0)
    some.forEach((row, b) => (scores[row] = labelLogProbabilities(trie, data.subarray(b * size, (b + 1) * size))))
    done += some.length
    onProgress(done)
  }
  return scores
}
