// A prepared model's weights as graph nodes, by their Hugging Face names.
import type { PreparedModel } from '../../contract/model.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Node } from '../graph/node.ts'
import { input, quantised, weight } from '../graph/ops.ts'

/** The node of a weight by its name; the same name gives the same node. Error: 'graph/shape' for an unknown name. */
export type Weights = (name: string) => Node

/** The parts of a prepared model that graphs are built from. */
export type NetworkModel = Pick<PreparedModel, 'config' | 'weights' | 'quantised'>

export function weightsOf(model: Pick<NetworkModel, 'weights' | 'quantised'>): Weights {
  const nodes = new Map<string, Node>()
  return (name) => {
    const known = nodes.get(name)
    if (known !== undefined) return known
    const node = nodeOf(model, name)
    nodes.set(name, node)
    return node
  }
}

/** The same weights, but for those that `own` has. */
export const replacedBy =
  (own: ((name: string) => Node | undefined) | undefined, weights: Weights): Weights =>
  (name) =>
    own?.(name) ?? weights(name)

/** Weights as graph inputs of their names, in the shapes that `weights` have: each name gives one node. */
export function weightInputs(names: readonly string[], weights: Weights): (name: string) => Node | undefined {
  const inputs = new Map(names.map((name) => [name, input(name, weights(name).shape)]))
  return (name) => inputs.get(name)
}

function nodeOf(model: Pick<NetworkModel, 'weights' | 'quantised'>, name: string): Node {
  const quantisedWeight = model.quantised?.[name]
  if (quantisedWeight) return quantised(name, quantisedWeight)
  const ref = model.weights[name]
  if (ref === undefined) throw studioError('graph/shape', name, 'the model has no such weight')
  return weight({ name, file: ref.file, offset: ref.offset, bytes: ref.bytes }, ref.shape)
}
