// The training graph: loss and its gradient with respect to a method's tensors, in one static shape.
import type { TuneSettings } from '../../contract/settings.ts'
import type { LayoutSettings } from '../method/layout.ts'
import { gradients } from '../autodiff/differentiate.ts'
import type { Graph, Node } from '../graph/node.ts'
import { concat, input } from '../graph/ops.ts'
import { methodOf } from '../method/index.ts'
import type { KeyValues } from '../network/attention.ts'
import { decoder } from '../network/decoder.ts'
import { embedWithVirtual } from '../network/embed.ts'
import { type NetworkModel, weightsOf } from '../network/weights.ts'
import type { BatchShape } from '../method/batch.ts'
import { type LossShape, lossOf } from './loss.ts'

/** What a step's graph depends on. */
export type StepSettings = LayoutSettings & Pick<TuneSettings, 'memory'>

/** Name of the output that holds the gradient of a tensor. */
export const gradientOf = (tensor: string): string => `gradient of ${tensor}`

/**
 * Outputs `loss` and the gradient of each trainable tensor (`gradientOf`). Inputs: the method's tensors, `batchFeeds`,
 * `lossFeeds`, and `cached.*` [batch, kvHeads, cached, headDim] where texts are cached.
 */
export function trainingGraph(
  model: NetworkModel,
  settings: StepSettings,
  shape: BatchShape,
  lossShape: LossShape,
): Graph {
  const { config } = model
  const weights = weightsOf(model)
  const method = methodOf(settings)
  const specs = method.tensors(config, settings)
  const tensors = new Map(specs.map((spec) => [spec.name, input(spec.name, spec.shape)]))
  const attachment = method.attach((name) => tensors.get(name) as Node, { config, batch: shape.batch }, settings)

  const { batch, length, past, cached } = shape
  const bias = (name: string): Node => input(name, [batch, 1, length, past + cached + length])
  const text = (part: string, layer: number): Node =>
    input(`cached.${part}.${layer}`, [batch, config.kvHeads, cached, config.headDim])
  const { hidden, entering } = decoder(config, weights, {
    embeddings: embedWithVirtual(config, weights, input('ids', [batch, length], 'i64'), attachment.embeddings),
    positions: input('positions', [batch, length]),
    bias: bias('bias'),
    windowedBias: config.windowedLayers.some(Boolean) ? bias('windowedBias') : undefined,
    past:
      cached === 0
        ? attachment.past
        : (layer) => followed(attachment.past?.(layer), text('keys', layer), text('values', layer)),
    linearHook: attachment.updates && { updates: attachment.updates, mask: input('updateMask', [batch, length, 1]) },
    select: input('select', [batch, lossShape.slots, length]),
  })
  const loss = lossOf(config, weights, hidden, lossShape)
  const trainable = specs.filter((spec) => spec.trainable).map((spec) => spec.name)
  const derivatives = gradients(
    loss,
    trainable.map((name) => tensors.get(name) as Node),
    settings.memory === 'low' ? entering : [],
  )
  return {
    outputs: Object.fromEntries([['loss', loss], ...derivatives.map((dx, i) => [gradientOf(trainable[i] ?? ''), dx])]),
  }
}

/** The prompt's past keys and values, where it has some, followed by the text's. */
const followed = (virtual: KeyValues | undefined, keys: Node, values: Node): KeyValues =>
  virtual === undefined
    ? { keys, values }
    : { keys: concat([virtual.keys, keys], 2), values: concat([virtual.values, values], 2) }
