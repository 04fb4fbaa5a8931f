// The training graph: loss and its gradient with respect to a method's tensors, in one static shape.
import type { TuneSettings } from '../../contract/settings.ts'
import type { LayoutSettings } from '../method/layout.ts'
import type { Graph, Node, RowRange } from '../graph/node.ts'
import { concat, input } from '../graph/ops.ts'
import { methodOf } from '../method/index.ts'
import type { KeyValues } from '../network/attention.ts'
import { decoder } from '../network/decoder.ts'
import { embedWithVirtual } from '../network/embed.ts'
import { type NetworkModel, replacedBy, weightsOf } from '../network/weights.ts'
import type { BatchShape } from '../method/batch.ts'
import { type GradientPart, gradientParts } from './gradient-parts.ts'
import { type LossShape, lossOf } from './loss.ts'

/** What a step's graph depends on. */
export type StepSettings = LayoutSettings & Pick<TuneSettings, 'memory'>

export interface TrainingGraph extends Graph {
  /** Inputs that hold some rows of a tensor, by their names. */
  readonly slices: Readonly<Record<string, RowRange>>
  readonly gradients: readonly GradientPart[]
}

/**
 * Outputs `loss` and the gradient of each trainable tensor, which may come in parts. Inputs: the method's tensors and
 * `slices` of them, `batchFeeds`, `lossFeeds`, and `cached.*` [batch, kvHeads, cached, headDim] where texts are
 * cached.
 */
export function trainingGraph(
  model: NetworkModel,
  settings: StepSettings,
  shape: BatchShape,
  lossShape: LossShape,
): TrainingGraph {
  const { config } = model
  const method = methodOf(settings)
  const specs = method.tensors(config, settings)
  const tensors = new Map(specs.map((spec) => [spec.name, input(spec.name, spec.shape)]))
  const attachment = method.attach((name) => tensors.get(name) as Node, { config, batch: shape.batch }, settings)
  const weights = replacedBy(attachment.weights, weightsOf(model))

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
  const trainable = specs.flatMap(({ name, trainable }) => (trainable ? [tensors.get(name) as Node<'Input'>] : []))
  const { parts, slices } = gradientParts(loss, trainable, settings.memory === 'low' ? entering : [])
  return {
    outputs: Object.fromEntries([['loss', loss], ...parts.map(({ output, node }) => [output, node] as const)]),
    slices,
    gradients: parts.map(({ node: _, ...part }) => part),
  }
}

/** The prompt's past keys and values, where it has some, followed by the text's. */
const followed = (virtual: KeyValues | undefined, keys: Node, values: Node): KeyValues =>
  virtual === undefined
    ? { keys, values }
    : { keys: concat([virtual.keys, keys], 2), values: concat([virtual.values, values], 2) }
