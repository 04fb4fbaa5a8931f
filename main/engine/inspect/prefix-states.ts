// Norms of a prefix's keys and values, and their distances from the initialisation, in units of the initial tokens' norms.
import type { PrefixToken } from '../../contract/inspection.ts'
import type { PastTensors } from '../../contract/parts.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { mean } from '../statistics.ts'

type State = Pick<PrefixToken, 'keys' | 'values' | 'moved'>

/**
 * One state for each virtual token, given the tuned and the initial keys and values. Each layer is measured in units of its
 * own mean norm, because the layers' scales differ by a factor of 100.
 */
export function prefixStates(now: readonly PastTensors[], start: readonly PastTensors[]): State[] {
  const keys = now.map((each, layer) => measured(each.keys, (start[layer] ?? each).keys))
  const values = now.map((each, layer) => measured(each.values, (start[layer] ?? each).values))
  const tokens = now[0]?.keys.shape[0] ?? 0
  return Array.from({ length: tokens }, (_, token) => ({
    keys: mean(keys.map(({ norm }) => norm[token] ?? 0)),
    values: mean(values.map(({ norm }) => norm[token] ?? 0)),
    moved: mean([...keys, ...values].map(({ moved }) => moved[token] ?? 0)),
  }))
}

/** For one layer's keys or values [P, heads, D]: each token's norm, and its distance from the start. */
function measured(now: Tensor, start: Tensor): { readonly norm: readonly number[]; readonly moved: readonly number[] } {
  const lengths = rowNorms(start)
  const unit = mean(lengths) || 1
  const away = rowNorms({ shape: now.shape, data: now.data.map((value, i) => value - (start.data[i] ?? 0)) })
  return { norm: rowNorms(now).map((norm) => norm / unit), moved: away.map((distance) => distance / unit) }
}

function rowNorms({ shape, data }: Tensor): number[] {
  const count = shape[0] ?? 0
  const width = data.length / Math.max(1, count)
  return Array.from({ length: count }, (_, row) => {
    let sum = 0
    for (let i = row * width; i < (row + 1) * width; i++) sum += (data[i] ?? 0) ** 2
    return Math.sqrt(sum)
  })
}
