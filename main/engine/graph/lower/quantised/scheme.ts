// What a form in which a weight is kept must be able to do in a graph.
import type { WeightPart } from '../../../../contract/model.ts'
import type { Shape } from '../../node.ts'
import type { Emitter } from '../emitter.ts'

/**
 * The largest magnitude that a token's integers may take beside signed bytes. 127 where the CPU sums products of unsigned
 * and signed bytes exactly; before VNNI it adds two of them in 16 bits first, which holds 7 bits times 8.
 */
export type Codes = 127 | 63

/** A weight [out, in] while it is lowered. */
export interface StoredWeight {
  readonly emit: Emitter
  /** A part that every weight of the form has. */
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
  /** Whether the CPU's contributed kernels are there. */
  readonly onCpu: boolean
  readonly codes: Codes
  /** The same product by the weight as float32 [out, in], given its name. */
  readonly float: (weight: string) => string
}

/** What must be there before a weight is made float32. */
export type There = Pick<Factor, 'x' | 'forward'>

export interface Scheme {
  /** Emits the product and returns its name. */
  product(kept: StoredWeight, factor: Factor): string
  /** Emits the weight as float32 [out, in], once x [.., in] is there. */
  whole(kept: StoredWeight, x: string): string
  /** Emits rows of the weight as float32, [...ids, in]; ids have `rank` dims. */
  rows(kept: StoredWeight, ids: string, rank: number): string
}

/** Tokens of zeros stay zeros. */
const least = 1e-30

/** The largest magnitude of each token, [.., width] -> [.., 1]. */
export const largestOf = (emit: Emitter, tokens: string): string =>
  emit.op('Max', [emit.op('ReduceMax', [emit.op('Abs', [tokens]), emit.integers([-1])]), emit.number(least)])

/**
 * A mapped matrix of the weight's rows, once x is there: what is made of it as float32 would otherwise be made at the
 * start, for all layers at once, and held until the backward pass has used it too. Its shape is taken from x; no byte
 * is copied. `share`: columns of the weight to one of the matrix.
 */
export function onceThere({ emit }: StoredWeight, matrix: string, { x, forward }: There, share = 1): string {
  const width = emit.op('Shape', [x], { start: { int: -1 } })
  const rest = emit.integers([-1])
  const columns = share === 1 ? width : emit.op('Div', [width, emit.integers([share])])
  const shape = emit.op('Concat', forward ? [rest, columns] : [width, rest], { axis: { int: 0 } })
  return emit.op('Reshape', [matrix, shape])
}
