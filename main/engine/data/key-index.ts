// Gives each key its number, in the order in which they first came; made for millions of them.

export interface KeyIndex {
  /** How many different keys came. */
  readonly size: number
  /** The key's number: `size` before the call where it is new. `key`: a whole number of at most 53 bits. */
  of(key: number): number
}

/** Small tables grow one by one: a single large one would hold everybody up each time it doubles. */
const SHARDS = 256
const FIRST_SLOTS = 16

interface Shard {
  keys: Float64Array
  /** Numbers plus one; 0 = free. */
  numbers: Uint32Array
  used: number
}

function hashOf(key: number): number {
  const mixed = Math.imul((key >>> 0) ^ Math.imul(Math.floor(key / 0x100000000), 0x9e3779b1), 0x85ebca6b)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** The key's slot, or the free one where it belongs. */
function slotOf({ keys, numbers }: Shard, key: number): number {
  const last = keys.length - 1
  let slot = (hashOf(key) >>> 8) & last
  while (numbers[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & last
  return slot
}

const shardOf = (slots: number): Shard => ({
  keys: new Float64Array(slots),
  numbers: new Uint32Array(slots),
  used: 0,
})

function grown({ keys, numbers, used }: Shard): Shard {
  const larger = { ...shardOf(2 * keys.length), used }
  for (let at = 0; at < keys.length; at++) {
    const [key = 0, number = 0] = [keys[at], numbers[at]]
    if (number === 0) continue
    const slot = slotOf(larger, key)
    larger.keys[slot] = key
    larger.numbers[slot] = number
  }
  return larger
}

export function createKeyIndex(): KeyIndex {
  const shards = Array.from({ length: SHARDS }, () => shardOf(FIRST_SLOTS))
  let size = 0
  return {
    get size() {
      return size
    },
    of(key) {
      const at = hashOf(key) % SHARDS
      let shard = shards[at] ?? shardOf(FIRST_SLOTS)
      if (2 * shard.used >= shard.keys.length) shards[at] = shard = grown(shard)
      const slot = slotOf(shard, key)
      const known = shard.numbers[slot] ?? 0
      if (known > 0) return known - 1
      shard.keys[slot] = key
      shard.numbers[slot] = ++size
      shard.used++
      return size - 1
    },
  }
}
