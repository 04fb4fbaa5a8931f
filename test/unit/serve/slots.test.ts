// Rows of a KV cache that come and go: the cache is as large as those that are there need, and keeps what is theirs.
import { expect, it } from 'vitest'
import type { NamedTensors, Tensor } from '../../../main/contract/tensor.ts'
import { createSlots, type Row, type Slots } from '../../../main/engine/serve/slots.ts'
import { kvNames } from '../../../main/engine/network/kv-names.ts'
import { tinyModel } from '../../support/tiny.ts'

const { config } = await tinyModel('llama')
const { layers, kvHeads, headDim } = config

/** Keys and values of a row of so many tokens, all of one value. */
function present(tokens: number, value: number): NamedTensors[] {
  const shape = [1, kvHeads, tokens, headDim]
  const each = (): Tensor => ({ shape, data: new Float32Array(kvHeads * tokens * headDim).fill(value) })
  return [Object.fromEntries(kvNames(layers).map((name) => [name, each()]))]
}

const join = (slots: Slots, tokens: number, value: number): Row =>
  slots.join({ past: 0, ignoresWindow: false }, present(tokens, value))

/** What each place of a row's first head holds, in the last layer's values. */
function held(slots: Slots, row: Row): number[] {
  const { cache } = slots.rows() ?? {}
  const { data = new Float32Array(), shape = [] } = (cache?.feeds()[`past.values.${layers - 1}`] ??
    {}) as Partial<Tensor>
  const from = row.slot * (shape[1] ?? 0)
  return Array.from({ length: shape[2] ?? 0 }, (_, at) => data[(from * (shape[2] ?? 0) + at) * headDim] ?? NaN)
}

it('shrinks where a long row leaves the short ones', () => {
  const slots = createSlots(config)
  const short = [3, 5, 7].map((tokens) => join(slots, tokens, tokens))
  const long = join(slots, 200, 200)
  expect(slots.rows()?.cache.capacity).toBeGreaterThanOrEqual(200)
  slots.leave(long)
  expect(slots.rows()?.cache.capacity).toBeLessThan(100)
  for (const row of short) {
    const values = held(slots, row)
    expect(values.slice(0, row.at)).toEqual(new Array(row.at).fill(row.at))
    expect(values.slice(row.at).every((value) => value === 0)).toBe(true)
  }
})
