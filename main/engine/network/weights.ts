// A prepared model's weights as graph nodes, by their Hugging Face names.
import type { PreparedModel } from '../../contract/model.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Node } from '../graph/node.ts'
import { quantised, weight } from '../graph/ops.ts'

/** Gives the node of a named weight; the same name gives the same node. */
export type Weights = (name: string) => Node

/** What a graph needs to know of a model. */
export type NetworkModel = Pick<PreparedModel, 'config' | 'weights' | 'quantised'>

export function weightsOf(model: Pick<NetworkModel, 'weights' | 'quantised'>): Weights {
  const made = new Map<string, Node>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const node = nodeOf(model, name)
    made.set(name, node)
    return node
  }
}

function nodeOf(model: Pick<NetworkModel, 'weights' | 'quantised'>, name: string): Node {
  const smaller = model.quantised?.[name]
  if (smaller) return quantised(name, smaller)
  const ref = model.weights[name]
  if (ref === undefined) throw studioError('graph/shape', name, 'the model has no such weight')
  return weight({ name, file: ref.file, offset: ref.offset, bytes: ref.bytes }, ref.shape)
}
