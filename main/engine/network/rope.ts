// Rotary angles from positions, with the ways in which families stretch them.
import type { Rope } from '../../contract/model.ts'
import type { Node } from '../graph/node.ts'
import { constant, cos, mul, reshape, sin } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'

export interface Angles {
  /** [B or 1, 1, T, headDim / 2] */
  readonly cosines: Node
  readonly sines: Node
}

/** Angles of positions [B or 1, T] (float32). */
export function angles(positions: Node, headDim: number, rope: Rope): Angles {
  const column = reshape(positions, [dimAt(positions.shape, 0), 1, dimAt(positions.shape, 1), 1])
  const turns = mul(column, constant(frequencies(headDim, rope)))
  return { cosines: cos(turns), sines: sin(turns) }
}

/** Radians a position, [headDim / 2]: theta^(-2i/d), scaled as the model was trained. */
export function frequencies(headDim: number, { theta, scaling }: Rope): number[] {
  const base = Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim))
  if (scaling.kind === 'none') return base
  if (scaling.kind === 'linear') return base.map((frequency) => frequency / scaling.factor)
  // Llama 3.1: long waves are stretched, short ones kept, those between blended.
  return base.map((frequency) => {
    const turnsInContext = (scaling.originalContext * frequency) / (2 * Math.PI)
    const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling
    const kept = Math.min(1, Math.max(0, (turnsInContext - low) / (high - low)))
    return frequency * (kept + (1 - kept) / scaling.factor)
  })
}
