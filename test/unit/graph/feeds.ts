// Test helper: an op's case as graph inputs with values.
import type { Feeds, IntegerTensor, Tensor } from '../../../main/contract/tensor.ts'
import type { Node } from '../../../main/engine/graph/node.ts'
import { input } from '../../../main/engine/graph/ops.ts'
import type { Case, Operand } from './cases.ts'
import { tensor, uniform } from './run.ts'

export interface Prepared {
  readonly inputs: readonly Node[]
  readonly result: Node
  readonly values: readonly Tensor[]
  readonly feeds: Feeds
}

/** The case's node over inputs x0, x1, ... and values for them. */
export function prepare(made: Case, seed: number): Prepared {
  const random = uniform(seed)
  const inputs = made.operands.map(({ shape, kind }, i) => input(`x${i}`, shape, kind === 'ids' ? 'i64' : 'f32'))
  const values = made.operands.map((operand) => tensor(operand.shape, () => draw(operand, random)))
  return { inputs, result: made.build(...inputs), values, feeds: feedsOf(made, values) }
}

export const feedsOf = (made: Case, values: readonly Tensor[]): Feeds =>
  Object.fromEntries(values.map((value, i) => [`x${i}`, made.operands[i]?.kind === 'ids' ? asIds(value) : value]))

const asIds = ({ shape, data }: Tensor): IntegerTensor => ({ shape, data: BigInt64Array.from(data, BigInt) })

function draw({ low, high, kind }: Operand, random: () => number): number {
  const value = low + (high - low) * random()
  if (kind === 'ids') return Math.floor(value)
  return kind === 'signed' && random() < 0.5 ? -value : value
}
