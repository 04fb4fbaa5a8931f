// Rows of a KV cache that come and go: each has a slot, and the cache is no larger than those that are there need.
import type { DecoderConfig } from '../../contract/model.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { StepRow } from '../evaluate/decode.ts'
import { asPresent, createKvCache, type KvCache } from '../evaluate/kv-cache.ts'

export interface Row extends Pick<StepRow, 'past' | 'ignoresWindow'> {
  slot: number
  /** Tokens that it has in the cache: the position of its next one. */
  at: number
}

export interface Slots {
  /** Takes in a row with its keys and values so far, each [1, ...], one behind the other. */
  join(row: Pick<Row, 'past' | 'ignoresWindow'>, present: readonly NamedTensors[]): Row
  leave(row: Row): void
  readonly isEmpty: boolean
  /** The cache with all rows by their slots, some of which may be free; undefined where there is none. */
  rows(): { readonly cache: KvCache; readonly bySlot: readonly (Row | undefined)[] } | undefined
  /** Appends the keys and values of a row's next token, from the results of a pass over all slots. */
  append(row: Row, results: NamedTensors): void
}

/** New tokens for which a cache has room at first. */
const FIRST_TOKENS = 32

export function createSlots(config: DecoderConfig): Slots {
  let cache: KvCache | undefined
  let slots: (Row | undefined)[] = []

  const taken = (): Row[] => slots.filter((row) => row !== undefined)

  /**
   * Makes room for the rows that are there, and one of `joining` tokens; gives back what far fewer or far shorter rows need.
   * What the cache holds moves to the new one.
   */
  const fit = (joining?: number): KvCache => {
    const kept = taken()
    const count = kept.length + (joining === undefined ? 0 : 1)
    const wanted = 2 ** Math.ceil(Math.log2(count))
    const tokens = FIRST_TOKENS + Math.max(joining ?? 0, ...kept.map(({ at }) => at))
    const capacity = cache?.capacity ?? 0
    const isRoomy = capacity > 2 * tokens
    if (cache && slots.length >= count && slots.length <= 2 * wanted && !isRoomy) return cache
    const start = isRoomy ? tokens : Math.max(tokens, capacity)
    const fitting = createKvCache(config, wanted, config.context, { start })
    const held = cache && asPresent(cache.feeds())
    kept.forEach((row, slot) => {
      if (held) fitting.put(held, { from: row.slot, row: slot, at: 0, count: row.at })
      row.slot = slot
    })
    slots = Array.from({ length: wanted }, (_, slot) => kept[slot])
    cache = fitting
    return fitting
  }

  return {
    join(own, present) {
      const tokens = present.reduce((sum, some) => sum + (some['keys.0']?.shape[2] ?? 0), 0)
      const into = fit(tokens)
      const row: Row = { ...own, slot: slots.indexOf(undefined), at: 0 }
      slots[row.slot] = row
      for (const some of present) row.at = into.put(some, { row: row.slot, at: row.at })
      return row
    },
    leave(row) {
      if (slots[row.slot] === row) slots[row.slot] = undefined
      if (taken().length > 0) return
      cache = undefined
      slots = []
    },
    get isEmpty() {
      return slots.length === 0
    },
    rows: () => (slots.length === 0 ? undefined : { cache: fit(), bySlot: slots }),
    append(row, results) {
      // It may have left meanwhile.
      if (cache && slots[row.slot] === row) row.at = cache.put(results, { from: row.slot, row: row.slot, at: row.at })
    },
  }
}
