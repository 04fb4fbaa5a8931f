// Log-probability of each label given each row, with a prompt or without.
import type { Parts } from '../../contract/parts.ts'
import { type LayoutSettings, layOut, pastOf, type Segments, type Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { tokenCost, withSharedStart } from './shared-start.ts'
import type { CachedTexts } from './cached-texts.ts'
import { labelLogProbabilities, type LabelTrie } from './trie.ts'

/** Parts, and the settings by which rows are laid out with them. */
export interface PlacedParts {
  readonly settings: LayoutSettings
  /** Undefined = no prompt, but rows are laid out as with one, so that its cached texts can be used. */
  readonly parts: Parts | undefined
  /** The precomputed keys and values of all the rows' constant starts. */
  readonly texts?: CachedTexts | undefined
  /** A virtual token of the past that no token attends to. */
  readonly maskedToken?: number | undefined
}

/** Parts of a prompt with their layout. */
export interface PlacedPrompt extends PlacedParts {
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
  placed: PlacedParts | undefined,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const laidOut = rows.map((segments) => layOut(segments, trie.context, placed?.settings))
  const { sequences, sharedKv, shared } = placed
    ? { sequences: laidOut, shared: 0 }
    : await withSharedStart(runner, laidOut, 'candidates')
  // The cached keys have the positions that follow the prompt's past, even where the prompt is left out.
  const offset = placed && !placed.parts ? pastOf(placed.settings) : 0
  const scores = new Array<number[]>(rows.length)
  let done = 0
  for (const some of byLength([...sequences.keys()], (row) => tokenCost(sequences[row], shared), runner.tokensAtOnce)) {
    const chosen = some.map((row) => sequences[row] as Sequence)
    const { data, shape } = await runner.logits({
      sequences: chosen,
      parts: placed?.parts,
      targetPositions: chosen.map(({ questionEnd }) => trie.nodes.map(({ after }) => questionEnd + 1 + after)),
      candidates: trie.candidates,
      texts: placed?.texts,
      sharedKv,
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
