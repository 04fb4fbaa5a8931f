// A prepared model's weights as graph nodes, by their Hugging Face names.
import type { PreparedModel } from '../../contract/model.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Node } from '../graph/node.ts'
import { weight } from '../graph/ops.ts'

/** Gives the node of a named weight; the same name gives the same node. */
export type Weights = (name: string) => Node

export function weightsOf(model: Pick<PreparedModel, 'weights'>): Weights {
  const made = new Map<string, Node>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const ref = model.weights[name]
    if (ref === undefined) throw studioError('graph/shape', name, 'the model has no such weight')
    const node = weight({ name, file: ref.file, offset: ref.offset, bytes: ref.bytes }, ref.shape)
    made.set(name, node)
    return node
  }
}
