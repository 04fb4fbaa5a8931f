// Selects the largest of many values, by how many they are or by what they add up to, without sorting: quickselect (Hoare 1961).

/** Some of the largest values of a list: all above `least`, and of those equal to it the first `ties`. Zeros belong to none. */
export interface Largest {
  readonly least: number
  readonly ties: number
}

/** Calls `visit` for each of them in their order in the list, until it returns false. */
export function visitLargest(
  values: Float64Array,
  { least, ties }: Largest,
  visit: (value: number, index: number) => boolean,
): void {
  let left = ties
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (value < least || value === 0 || (value === least && left-- <= 0)) continue
    if (!visit(value, i)) return
  }
}

export function massOf(values: Float64Array, some: Largest): number {
  let mass = 0
  visitLargest(values, some, (value) => {
    mass += value
    return true
  })
  return mass
}

/** The `count` largest among some. */
export const largestByCount = (values: Float64Array, among: Largest, count: number): Largest =>
  smallestThatReach(copied(values, among), count, { of: () => 1, sum: (_, from, to) => to - from })

/** The fewest of the largest among some that add up to `mass`. */
export const largestByMass = (values: Float64Array, among: Largest, mass: number): Largest =>
  smallestThatReach(copied(values, among), mass, { of: (value) => value, sum: sumOf })

function copied(values: Float64Array, some: Largest): Float64Array {
  const found = new Float64Array(values.length)
  let count = 0
  visitLargest(values, some, (value) => {
    found[count++] = value
    return true
  })
  return found.subarray(0, count)
}

interface Weight {
  readonly of: (value: number) => number
  /** Of values[from..to). */
  readonly sum: (values: Float64Array, from: number, to: number) => number
}

/** Each pass orders what is left around a pivot, and goes on in the part where the wanted weight is reached. */
function smallestThatReach(values: Float64Array, wanted: number, weight: Weight): Largest {
  let [from, to, reached] = [0, values.length, 0]
  while (from < to) {
    const pivot = middleOf(values, from, to)
    const [equal, less] = partition(values, from, to, pivot)
    const above = weight.sum(values, from, equal)
    if (equal > from && reached + above >= wanted) {
      to = equal
      continue
    }
    reached += above
    const needed = Math.max(1, Math.ceil((wanted - reached) / weight.of(pivot)))
    if (needed <= less - equal || less === to) return { least: pivot, ties: Math.min(needed, less - equal) }
    reached += weight.sum(values, equal, less)
    from = less
  }
  return { least: 0, ties: Infinity }
}

/** Orders values[from..to) as greater than the pivot, equal to it, less; gives where the equal and the lesser ones begin. */
function partition(values: Float64Array, from: number, to: number, pivot: number): [equal: number, less: number] {
  let [above, at, below] = [from, from, to]
  while (at < below) {
    const value = values[at] ?? 0
    if (value > pivot) {
      values[at++] = values[above] ?? 0
      values[above++] = value
    } else if (value < pivot) {
      values[at] = values[--below] ?? 0
      values[below] = value
    } else at++
  }
  return [above, below]
}

/** The median of the first, the middle and the last value. */
function middleOf(values: Float64Array, from: number, to: number): number {
  const [a, b, c] = [values[from] ?? 0, values[(from + to) >> 1] ?? 0, values[to - 1] ?? 0]
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += values[i] ?? 0
  return sum
}
