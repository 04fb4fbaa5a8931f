// Computes the keys and values of the texts' common start once for all of them.
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import type { ForwardShape } from '../network/forward-graph.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { commonPrefix } from '../tokens/common.ts'

/** The longest common start of the texts' token ids that leaves at least one more token in each. */
export function sharedStart(texts: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = texts
  return first.slice(0, commonPrefix(texts.map((ids) => ids.slice(0, -1))))
}

/** Below this length, computing the start with each row is as fast. */
const worthSharing = 8

interface SharedStart {
  /** The rows, with the common start as their `constant` start. */
  readonly sequences: readonly Sequence[]
  /** Tokens of the common start whose keys and values were computed; 0 where it is too short. */
  readonly shared: number
  /** Its keys and values, as `keysValues` gives them; undefined where it is too short. */
  readonly sharedKv?: NamedTensors
}

/**
 * Rows without virtual tokens begin with the same tokens of the template. Where these are many, their keys and values are
 * computed once, by the session that the rows themselves will use (`head`).
 */
export async function withSharedStart(
  runner: InferenceRunner,
  laidOut: readonly Sequence[],
  head: ForwardShape['head'],
): Promise<SharedStart> {
  const starts = laidOut.map(({ ids, questionEnd }) => ids.slice(0, questionEnd + 1))
  const start = laidOut.length > 1 ? sharedStart(starts) : []
  if (start.length < worthSharing) return { sequences: laidOut, shared: 0 }
  const sequences = laidOut.map((sequence) => ({ ...sequence, constant: start.length }))
  return { sequences, shared: start.length, sharedKv: await runner.keysValues([start], 0, { head }) }
}

/** Cost of a row in tokens: those to compute, and a share for repeating the keys and values of the common start. */
export const tokenCost = (sequence: Sequence | undefined, shared: number): number =>
  (sequence?.ids.length ?? 0) - shared + Math.ceil(shared / 4)
