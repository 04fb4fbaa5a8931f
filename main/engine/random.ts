// Seeded chance, the same on every machine.

export interface Random {
  /** In [0, 1). */
  next(): number
  /** In 0 .. below - 1. */
  integer(below: number): number
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[]
  /** Mean 0, variance 1. */
  normal(): number
}

/** A generator from a seed: sfc32 (Doty-Humphrey, PractRand), started by splitmix32. */
export function createRandom(seed: number): Random {
  // Four variables instead of an array: a bootstrap draws millions of numbers.
  let [a = 0, b = 0, c = 0, counter = 0] = splitmix(seed, 4)
  const bits = (): number => {
    const result = (a + b + counter) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    counter = (counter + 1) | 0
    return result >>> 0
  }
  for (let i = 0; i < 12; i++) bits()
  const next = (): number => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53
  const integer = (below: number): number => Math.floor(next() * below)
  return {
    next,
    integer,
    shuffle(items) {
      const mixed = [...items]
      for (let i = mixed.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        const held = mixed[i] as (typeof mixed)[number]
        mixed[i] = mixed[j] as (typeof mixed)[number]
        mixed[j] = held
      }
      return mixed
    },
    // Box and Muller 1958.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

function splitmix(seed: number, count: number): number[] {
  let state = seed >>> 0
  return Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state ^ Math.floor(seed / 2 ** 32)
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  })
}
