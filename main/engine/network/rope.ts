// Rotary angles from positions (RoPE, Su et al. 2021), with the architectures' ways of scaling them.
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
  const radians = mul(column, constant(frequencies(headDim, rope)))
  return { cosines: cos(radians), sines: sin(radians) }
}

/** Radians per position, [headDim / 2]: theta^(-2i/d), scaled as the model was trained. */
export function frequencies(headDim: number, { theta, scaling }: Rope): number[] {
  const base = Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim))
  if (scaling.kind === 'none') return base
  if (scaling.kind === 'linear') return base.map((frequency) => frequency / scaling.factor)
  // Llama 3.1: low frequencies are divided by the factor, high ones stay, and those between are interpolated.
  return base.map((frequency) => {
    const rotationsInContext = (scaling.originalContext * frequency) / (2 * Math.PI)
    const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling
    const unscaled = Math.min(1, Math.max(0, (rotationsInContext - low) / (high - low)))
    return frequency * (unscaled + (1 - unscaled) / scaling.factor)
  })
}
