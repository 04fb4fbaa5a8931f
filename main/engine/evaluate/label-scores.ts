// Log-likelihood of each label given each row, with a prompt or without.
import type { PlainPrompt } from '../../contract/prompt.ts'
import { type LayoutSettings, layOut, pastOf, type Segments, type Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { tokensRead, withOpening } from './shared-start.ts'
import type { CachedTexts } from './cached-texts.ts'
import { labelLogProbabilities, type LabelTrie } from './trie.ts'

export interface Virtual {
  readonly settings: LayoutSettings
  /** Undefined = rows laid out as for a prompt, and none there: what was read for it serves both. */
  readonly prompt: PlainPrompt | undefined
  /** Where all the rows' constant starts have been read already. */
  readonly texts?: CachedTexts | undefined
  /** A prefix's virtual token that nobody looks at. */
  readonly unseen?: number | undefined
}

/** A prompt that is there. */
export interface VirtualPrompt extends Virtual {
  readonly prompt: PlainPrompt
}

/**
 * log p of every label for every row, [rows][labels]. All branchings of the labels are read in one pass over the row:
 * they lie side by side behind it, each seeing only its own beginning.
 */
export async function scoreRows(
  reader: InferenceRunner,
  trie: LabelTrie,
  rows: readonly Segments[],
  virtual: Virtual | undefined,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const laidOut = rows.map((segments) => layOut(segments, trie.context, virtual?.settings))
  const { sequences, opening, shared } = virtual
    ? { sequences: laidOut, shared: 0 }
    : await withOpening(reader, laidOut, 'candidates')
  // What was read stands behind the places of a past that is not there.
  const offset = virtual && !virtual.prompt ? pastOf(virtual.settings) : 0
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
      prompt: virtual?.prompt,
      targetPositions: chosen.map(({ questionEnd }) => trie.nodes.map(({ after }) => questionEnd + 1 + after)),
      candidates: trie.candidates,
      texts: virtual?.texts,
      opening,
      offset,
      maskedToken: virtual?.unseen,
    })
    const size = (shape[1] ?? 0) * (shape[2] ?? 0)
    some.forEach((row, b) => (scores[row] = labelLogProbabilities(trie, data.subarray(b * size, (b + 1) * size))))
    done += some.length
    onProgress(done)
  }
  return scores
}
