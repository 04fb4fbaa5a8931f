// Reverse-mode differentiation of a graph: one walk from the loss back, a rule for each op, un-broadcasting here and only here.
import { studioError } from '../../contract/errors/index.ts'
import { type Node, topological } from '../graph/node.ts'
import { add, constant, expand, reduceSum, reshape, scalar } from '../graph/ops.ts'
import { elements } from '../../contract/tensor.ts'
import { sameShape, sizeAt } from '../graph/shape.ts'
import { recomputed, segmentsOf } from './recompute.ts'
import { ruleOf } from './rules/index.ts'

/**
 * Gradients of a one-element node with respect to others, as new nodes of their shapes. Nodes that the loss does not
 * depend on have gradient zero. Activations between two of the `checkpoints` (nodes of the graph, in its order) are
 * recomputed for the backward pass: more time, less memory, the same numbers. Throws graph/forward-only where the gradient would
 * pass through an op that has no rule.
 */
export function gradients(loss: Node, wanted: readonly Node[], checkpoints: readonly Node[] = []): Node[] {
  const forward = topological([loss])
  const segments = segmentsOf(forward, checkpoints)
  const recomputedNodes = new Map<Node, Node>()
  const needed = reachesFrom(forward, new Set(wanted))
  const arriving = new Map<Node, Node>([[loss, constant([1], ones(loss))]])
  for (const at of forward.reverse()) {
    const dy = arriving.get(at)
    if (dy === undefined || !needed.has(at)) continue
    const segment = segments.get(at)
    if (segment) for (const [first, second] of recomputed(segment, dy)) recomputedNodes.set(first, second)
    const computed = recomputedNodes.get(at) ?? at
    at.inputs.forEach((input, i) => {
      if (!needed.has(input)) return
      const rule = ruleOf(computed)
      if (rule === 'forward-only') throw studioError('graph/forward-only', at.op)
      const dx = rule(computed, dy, i)
      if (dx === undefined) return
      const fitted = unbroadcast(dx, input)
      const before = arriving.get(input)
      arriving.set(input, before === undefined ? fitted : add(before, fitted))
    })
  }
  return wanted.map((node) => arriving.get(node) ?? zeros(node))
}

/** The nodes through which `sources` act on what follows them, sources included. */
function reachesFrom(order: readonly Node[], sources: ReadonlySet<Node>): ReadonlySet<Node> {
  const reached = new Set<Node>()
  for (const node of order)
    if (sources.has(node) || (node.op !== 'StopGradient' && node.inputs.some((input) => reached.has(input))))
      reached.add(node)
  return reached
}

/** Sums a gradient over the dims in which its input was stretched. */
function unbroadcast(dx: Node, input: Node): Node {
  if (sameShape(dx.shape, input.shape)) return dx
  const extra = dx.shape.length - input.shape.length
  const axes = dx.shape.flatMap((dim, i) => (i < extra || (input.shape[i - extra] === 1 && dim !== 1) ? [i] : []))
  return reshape(axes.length > 0 ? reduceSum(dx, axes) : dx, input.shape)
}

const ones = (loss: Node): number[] => loss.shape.map((_, i) => (sizeAt(loss.shape, i) === 1 ? 1 : notScalar(loss)))
const notScalar = (loss: Node): never => {
  throw studioError('graph/shape', 'gradients', `a loss of one element, not [${loss.shape.join(', ')}]`)
}
const zeros = (node: Node): Node =>
  elements(node.shape as readonly number[]) === 1 ? reshape(scalar(0), node.shape) : expand(scalar(0), node.shape)
