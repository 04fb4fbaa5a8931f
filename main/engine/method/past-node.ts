// Past keys or values in the layout of the attention.
import type { Dim, Node } from '../graph/node.ts'
import { expand, reshape, transpose } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'

/** [P, kvHeads, headDim] -> [batch, kvHeads, P, headDim], the same for every row. */
export function pastNode(byToken: Node, batch: Dim): Node {
  const [tokens, heads, width] = [0, 1, 2].map((axis) => dimAt(byToken.shape, axis)) as [Dim, Dim, Dim]
  return expand(reshape(transpose(byToken, [1, 0, 2]), [1, heads, tokens, width]), [batch, heads, tokens, width])
}
