// What a differentiation rule is.
import type { Node, Op } from '../../graph/node.ts'

/**
 * The gradient that arrives at input `i` of `at` when `dy` arrives at its result, in a shape that may still be
 * broadcast (the walker sums it). Undefined = this input gets none (indices, stopped gradients).
 */
export type Rule<K extends Op> = (at: Node<K>, dy: Node, i: number) => Node | undefined
export type RuleTable<K extends Op> = { readonly [op in K]: Rule<op> | 'forward-only' }

/** A node's input by place; the constructors have checked how many there are. */
export function operand(at: Node, i: number): Node {
  const found = at.inputs[i]
  if (found === undefined) throw new RangeError(`${at.op} has no input ${i}`)
  return found
}
