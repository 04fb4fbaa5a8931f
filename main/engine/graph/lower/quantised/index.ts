// The quantisation schemes of weights, and how nodes that use such a weight are lowered.
import type { QuantisedWeight, WeightPart } from '../../../../contract/model.ts'
import { isOp, type Node } from '../../node.ts'
import type { Emitter } from '../emitter.ts'
import { blocks } from './blocks.ts'
import type { Factor, Scheme, StoredWeight } from './scheme.ts'
import { half } from './half.ts'
import { int8 } from './int8.ts'

/** A new scheme is a new file and a line here. */
const schemes: { readonly [F in QuantisedWeight['scheme']]: Scheme } = { half, int8, blocks }

/** Index of a node's input that is a quantised weight; -1 where none is. */
export const quantisedAt = (at: Node): number => at.inputs.findIndex((input) => isOp(input, 'Quantised'))

/**
 * Lowers a node with a quantised weight: a product by it, rows of it, or all of it as float32. Throws a RangeError for any
 * other use, which no network has.
 */
export function lowerQuantised(
  emit: Emitter,
  at: Node,
  names: readonly string[],
  how: Pick<Factor, 'onCpu' | 'codes' | 'float'>,
): string {
  const place = quantisedAt(at)
  const { weight } = (at.inputs[place] as Node<'Quantised'>).attributes
  const stored = storedWeightOf(emit, weight)
  const scheme = schemes[weight.scheme]
  if (isOp(at, 'Gather') && place === 0) return scheme.rows(stored, names[1] ?? '', at.inputs[1]?.shape.length ?? 0)
  if (isOp(at, 'Float')) return scheme.whole(stored, names[1] ?? '')
  if (isOp(at, 'MatMul') && place === 1 && !at.attributes.transA) {
    const { transB, alpha } = at.attributes
    return scheme.product(stored, { x: names[0] ?? '', forward: transB, alpha, shape: at.shape, ...how })
  }
  throw new RangeError(`${at.op} cannot use a quantised weight`)
}

function storedWeightOf(emit: Emitter, { parts, shape }: QuantisedWeight): StoredWeight {
  const part = (name: string): WeightPart => {
    const found = parts[name]
    if (found === undefined) throw new RangeError(`the weight has no ${name}`)
    return found
  }
  return { emit, part, has: (name) => name in parts, shape: [shape[0] ?? 1, shape[1] ?? 1] }
}
