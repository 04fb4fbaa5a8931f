// What a quantisation scheme must be able to do in a graph.
import type { WeightPart } from '../../../../contract/model.ts'
import type { Shape } from '../../node.ts'
import type { Emitter } from '../emitter.ts'

/**
 * The largest magnitude of a token's integers where the weight's bytes are signed. 127 where the CPU sums products of
 * unsigned and signed bytes exactly; CPUs without VNNI add two of them in 16 bits first, which holds 7 bits times 8.
 */
export type Codes = 127 | 63

/** A weight [out, in] while it is lowered. */
export interface StoredWeight {
  readonly emit: Emitter
  /** A part that every weight of the scheme has. */
  readonly part: (name: string) => WeightPart
  readonly has: (name: string) => boolean
  readonly shape: readonly [number, number]
}

/** A product by the weight: x [.., in] -> [.., out] forward, x [.., out] -> [.., in] backward. */
export interface Factor {
  readonly x: string
  readonly forward: boolean
  readonly alpha: number
  /** The product's shape. */
  readonly shape: Shape
  /** Whether the CPU provider runs the graph, with its contributed kernels. */
  readonly onCpu: boolean
  readonly codes: Codes
  /** The same product by the weight as float32 [out, in], given its name. */
  readonly float: (weight: string) => string
}

/** The input of a product: a weight becomes float32 only once it is computed. */
export type FactorInput = Pick<Factor, 'x' | 'forward'>

export interface Scheme {
  /** Emits the product and returns its name. */
  product(stored: StoredWeight, factor: Factor): string
  /** Emits the weight as float32 [out, in], once x [.., in] is computed. */
  whole(stored: StoredWeight, x: string): string
  /** Emits rows of the weight as float32, [...ids, in]; ids have `rank` dims. */
  rows(stored: StoredWeight, ids: string, rank: number): string
}

/** The largest magnitude of a token of zeros, so that it stays zeros. */
const minLargest = 1e-30

/** The largest magnitude of each token, [.., width] -> [.., 1]. */
export const largestOf = (emit: Emitter, tokens: string): string =>
  emit.op('Max', [emit.op('ReduceMax', [emit.op('Abs', [tokens]), emit.integers([-1])]), emit.number(minLargest)])

/**
 * A mapped matrix of the weight's rows that depends on x: its float32 copy would otherwise be made at the start, for all
 * layers at once, and held until the backward pass has used it too. Its shape is computed from x's; no byte is copied.
 * `share`: columns of the weight to one of the matrix.
 */
export function deferUntil({ emit }: StoredWeight, matrix: string, { x, forward }: FactorInput, share = 1): string {
  const width = emit.op('Shape', [x], { start: { int: -1 } })
  const rest = emit.integers([-1])
  const columns = share === 1 ? width : emit.op('Div', [width, emit.integers([share])])
  const shape = emit.op('Concat', forward ? [rest, columns] : [width, rest], { axis: { int: 0 } })
  return emit.op('Reshape', [matrix, shape])
}
