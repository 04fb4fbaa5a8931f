// Updates of linear maps as graphs: one definition for training, scoring and generation.
import type { DecoderConfig } from '../../contract/model.ts'
import type { LinearName, LinearUpdate, PlacedUpdate } from '../../contract/parts.ts'
import type { Feeds, Tensor } from '../../contract/tensor.ts'
import type { Node } from '../graph/node.ts'
import { add, input, matmul, mul, scalar, sub } from '../graph/ops.ts'

/** The update of a layer's linear map, where there is one. */
export type LinearUpdates = (layer: number, linear: LinearName) => LinearUpdate<Node> | undefined

/**
 * The map `base` (x [.., in] -> [.., out], without its update) applied to x with the update, on the tokens where `mask`
 * [.., 1] is one; tokens where it is zero get the map alone.
 */
export function updated(update: LinearUpdate<Node>, base: (x: Node) => Node, x: Node, mask: Node): Node {
  const { lowRank, inputScale, outputScale, bias } = update
  const input = inputScale ? mul(x, masked(inputScale, mask)) : x
  let y = base(input)
  if (lowRank) {
    // Masked where it is narrowest.
    const inner = mul(matmul(x, lowRank.a, { transB: true }), mask)
    y = add(y, matmul(inner, lowRank.b, { transB: true, alpha: lowRank.scale }))
  }
  if (outputScale) y = mul(y, masked(outputScale, mask))
  return bias ? add(y, mul(mask, bias)) : y
}

/** Factors [n] where the mask is one, and one elsewhere: [.., n]. */
const masked = (factors: Node, mask: Node): Node => add(mul(mask, sub(factors, scalar(1))), scalar(1))

/** The module that holds each linear map. */
const modules: { readonly [L in LinearName]: string } = {
  q_proj: 'self_attn',
  k_proj: 'self_attn',
  v_proj: 'self_attn',
  o_proj: 'self_attn',
  gate_proj: 'mlp',
  up_proj: 'mlp',
  down_proj: 'mlp',
}

/** A linear map's path by Hugging Face's names: its weight's name without `.weight`. */
export const linearPath = ({ layer, linear }: Pick<PlacedUpdate, 'layer' | 'linear'>): string =>
  `model.layers.${layer}.${modules[linear]}.${linear}`

/** Widths of a linear map: x [.., in] -> [.., out]. */
export function linearWidths(
  { hidden, heads, kvHeads, headDim, intermediate }: DecoderConfig,
  linear: LinearName,
): { readonly in: number; readonly out: number } {
  const [query, keyValue] = [heads * headDim, kvHeads * headDim]
  return {
    q_proj: { in: hidden, out: query },
    k_proj: { in: hidden, out: keyValue },
    v_proj: { in: hidden, out: keyValue },
    o_proj: { in: query, out: hidden },
    gate_proj: { in: hidden, out: intermediate },
    up_proj: { in: hidden, out: intermediate },
    down_proj: { in: intermediate, out: hidden },
  }[linear]
}

/** An update's shape, on which the forward graph depends: prompts with updates of equal shapes share its session. */
export interface UpdateShape {
  readonly layer: number
  readonly linear: LinearName
  readonly lowRank?: { readonly rank: number; readonly scale: number }
  readonly vectors: readonly VectorName[]
}

const vectorNames = ['inputScale', 'outputScale', 'bias'] as const
type VectorName = (typeof vectorNames)[number]

export const shapeOfUpdate = ({ layer, linear, lowRank, ...vectors }: PlacedUpdate): UpdateShape => ({
  layer,
  linear,
  ...(lowRank ? { lowRank: { rank: lowRank.a.shape[0] ?? 0, scale: lowRank.scale } } : {}),
  vectors: vectorNames.filter((name) => vectors[name] !== undefined),
})

type UpdateTensor = VectorName | 'a' | 'b'

/** The graph input that holds a tensor of an update. */
const inputName = ({ layer, linear }: Pick<UpdateShape, 'layer' | 'linear'>, tensor: UpdateTensor): string =>
  `update.${layer}.${linear}.${tensor}`

/** Updates whose tensors are graph inputs. */
export function updateInputs(config: DecoderConfig, shapes: readonly UpdateShape[]): LinearUpdates {
  const byPlace = new Map(
    shapes.map((shape) => {
      const widths = linearWidths(config, shape.linear)
      const tensor = (name: UpdateTensor, dims: readonly number[]): Node => input(inputName(shape, name), dims)
      const { lowRank, vectors } = shape
      const update: LinearUpdate<Node> = {
        ...(lowRank
          ? {
              lowRank: {
                a: tensor('a', [lowRank.rank, widths.in]),
                b: tensor('b', [widths.out, lowRank.rank]),
                scale: lowRank.scale,
              },
            }
          : {}),
        ...Object.fromEntries(
          vectors.map((name) => [name, tensor(name, [name === 'inputScale' ? widths.in : widths.out])]),
        ),
      }
      return [`${shape.layer} ${shape.linear}`, update]
    }),
  )
  return (layer, linear) => byPlace.get(`${layer} ${linear}`)
}

/** Feeds for the inputs of `updateInputs`. */
export const updateFeeds = (updates: readonly PlacedUpdate[]): Feeds =>
  Object.fromEntries(
    updates.flatMap((update) => {
      const { lowRank, inputScale, outputScale, bias } = update
      const tensors: Readonly<Record<UpdateTensor, Tensor | undefined>> = {
        a: lowRank?.a,
        b: lowRank?.b,
        inputScale,
        outputScale,
        bias,
      }
      return Object.entries(tensors).flatMap(([name, tensor]) =>
        tensor ? [[inputName(update, name as UpdateTensor), tensor] as const] : [],
      )
    }),
  )
