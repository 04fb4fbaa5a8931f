// A prompt's keys and values in the order in which a forward pass takes them, so that many prompts' can be laid side by side.
import type { PastTensors } from '../../contract/parts.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'

export interface HeadMajorPast {
  /** Virtual tokens, P. */
  readonly tokens: number
  /** `keys.<layer>` and `values.<layer>` [kvHeads, P, headDim]. */
  readonly tensors: NamedTensors
}

export function headMajor(past: readonly PastTensors[]): HeadMajorPast {
  const tensors = past.flatMap(({ keys, values }, layer): [string, Tensor][] => [
    [`keys.${layer}`, transposed(keys)],
    [`values.${layer}`, transposed(values)],
  ])
  return { tokens: past[0]?.keys.shape[0] ?? 0, tensors: Object.fromEntries(tensors) }
}

/** [P, kvHeads, headDim] to [kvHeads, P, headDim]. */
function transposed({ shape, data }: Tensor): Tensor {
  const [tokens = 0, heads = 0, width = 0] = shape
  const to = new Float32Array(data.length)
  for (let p = 0; p < tokens; p++)
    for (let h = 0; h < heads; h++)
      to.set(data.subarray((p * heads + h) * width, (p * heads + h + 1) * width), (h * tokens + p) * width)
  return { shape: [heads, tokens, width], data: to }
}

/** Writes a past into one row of `all` [batch, kvHeads, P or more, headDim], from key `at` on. */
export function putPast(all: Tensor, { shape, data }: Tensor, row: number, at: number): void {
  const [heads = 0, tokens = 0, width = 0] = shape
  const span = all.shape[2] ?? 0
  for (let h = 0; h < heads; h++)
    all.data.set(data.subarray(h * tokens * width, (h + 1) * tokens * width), ((row * heads + h) * span + at) * width)
}
