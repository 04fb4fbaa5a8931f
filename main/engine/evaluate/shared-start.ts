// What texts have in common at their start, to be read once for all of them.
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import type { ForwardShape } from '../network/forward-graph.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { commonPrefix } from '../tokens/common.ts'

/** Tokens that all begin with; each has one more at least. */
export function sharedStart(texts: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = texts
  return first.slice(0, commonPrefix(texts.map((ids) => ids.slice(0, -1))))
}

/** Fewer tokens in common are read with each row as fast. */
const worthSharing = 8

interface Opened {
  /** The rows, what they have in common their `constant` start. */
  readonly sequences: readonly Sequence[]
  /** Tokens of the start that was read. */
  readonly shared: number
  /** Its keys and values, as `keysValues` gives them; undefined where nothing was read. */
  readonly opening?: NamedTensors
}

/**
 * Rows without virtual tokens begin with the same words of the template: read once where these are many, by the session
 * that is asked behind them.
 */
export async function withOpening(
  reader: InferenceRunner,
  laidOut: readonly Sequence[],
  head: ForwardShape['head'],
): Promise<Opened> {
  const starts = laidOut.map(({ ids, questionEnd }) => ids.slice(0, questionEnd + 1))
  const start = laidOut.length > 1 ? sharedStart(starts) : []
  if (start.length < worthSharing) return { sequences: laidOut, shared: 0 }
  const sequences = laidOut.map((sequence) => ({ ...sequence, constant: start.length }))
  return { sequences, shared: start.length, opening: await reader.keysValues([start], 0, { head }) }
}

/** What was read is not computed, but its keys and values are repeated for every row. */
export const tokensRead = (sequence: Sequence | undefined, shared: number): number =>
  (sequence?.ids.length ?? 0) - shared + Math.ceil(shared / 4)
