// The base model's last hidden state at the end of each row's question, where it would answer.
import type { Tensor } from '../../contract/tensor.ts'
import { type LayoutSettings, layOut, pastOf, type Segments, type Sequence } from '../method/layout.ts'
import { byLength } from './batches.ts'
import type { CachedTexts } from './cached-texts.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { tokenCost, withSharedStart } from './shared-start.ts'

/** The rows' precomputed keys and values, and the settings by which they were laid out. */
export interface PrecomputedRows {
  readonly settings: LayoutSettings
  readonly texts: CachedTexts
}

/** [rows] of [H], without virtual tokens. Rows whose texts are precomputed cost one token each, or as many as the tail has. */
export async function hiddenStates(
  runner: InferenceRunner,
  rows: readonly Segments[],
  precomputed: PrecomputedRows | undefined,
  onProgress: (done: number) => void = () => undefined,
): Promise<Float32Array[]> {
  const laidOut = rows.map((segments) => layOut(segments, [], precomputed?.settings))
  const { sequences, sharedKv, shared } = precomputed
    ? { sequences: laidOut, shared: 0 }
    : await withSharedStart(runner, laidOut, 'hidden')
  // The cached keys have the positions that follow a prompt's past.
  const offset = precomputed ? pastOf(precomputed.settings) : 0
  const states = new Array<Float32Array>(rows.length)
  let done = 0
  for (const some of byLength([...sequences.keys()], (row) => tokenCost(sequences[row], shared), runner.tokensAtOnce)) {
    const chosen = some.map((row) => sequences[row] as Sequence)
    const { data, shape }: Tensor = await runner.hidden({
      sequences: chosen,
      parts: undefined,
      targetPositions: chosen.map(({ questionEnd }) => [questionEnd]),
      texts: precomputed?.texts,
      sharedKv,
      offset,
    })
    const width = shape[2] ?? 0
    some.forEach((row, b) => (states[row] = data.slice(b * width, (b + 1) * width)))
    done += some.length
    onProgress(done)
  }
  return states
}
