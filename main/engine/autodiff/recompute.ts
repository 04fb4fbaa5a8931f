// Gradient checkpointing: activations between two checkpoints are recomputed for the backward pass instead of held until then.
import { type Node, node } from '../graph/node.ts'
import { add, mul, scalar, slice } from '../graph/ops.ts'

/** The nodes after one checkpoint, up to and including the next. */
export interface Segment {
  readonly start: Node
  /** Inputs before users. */
  readonly nodes: readonly Node[]
}

/**
 * Segments by the checkpoint that ends each, of a graph given with inputs before users; checkpoints in their order.
 * Nodes before the first or after the last are in no segment: the backward pass begins with them, or hardly needs them.
 */
export function segmentsOf(order: readonly Node[], checkpoints: readonly Node[]): ReadonlyMap<Node, Segment> {
  const place = new Map(checkpoints.map((checkpoint, i) => [checkpoint, i]))
  const behind = new Map<Node, number>()
  const nodes: Node[][] = checkpoints.map(() => [])
  for (const at of order) {
    const latest = at.inputs.reduce((last, input) => Math.max(last, place.get(input) ?? behind.get(input) ?? -1), -1)
    behind.set(at, latest)
    nodes[latest]?.push(at)
  }
  return new Map(checkpoints.slice(1).map((end, i) => [end, { start: checkpoints[i] as Node, nodes: nodes[i] ?? [] }]))
}

/**
 * The segment's nodes a second time. They start from `x + 0 dy`, with dy the gradient of the segment's end: else ONNX
 * Runtime would merge them with the first ones as equal, or compute them long before they are needed.
 */
export function recomputed({ start, nodes }: Segment, dy: Node): ReadonlyMap<Node, Node> {
  const late = add(start, mul(corner(dy), scalar(0)))
  const again = new Map<Node, Node>()
  for (const at of nodes) {
    const inputs = at.inputs.map((input) => (input === start ? late : (again.get(input) ?? input)))
    again.set(at, node(at.op, inputs, at.attributes, at.shape, at.dtype))
  }
  return again
}

/** One element, as [1, ..., 1]; the last dim goes first, which leaves least to copy. */
const corner = (x: Node): Node =>
  [...x.shape.keys()].reverse().reduce((rest, axis) => (rest.shape[axis] === 1 ? rest : slice(rest, axis, 0, 1)), x)
