// Sorts millions of elements without blocking the service: short runs first, then merged in slices.
import { setImmediate } from 'node:timers/promises'

const RUN = 2048
/** Elements merged before other work gets a turn. */
const SLICE = 10_000

/** A stable order of 0..count-1 by `compare`. */
export async function sortedIndices(count: number, compare: (a: number, b: number) => number): Promise<Uint32Array> {
  let from = new Uint32Array(count)
  for (let start = 0; start < count; start += RUN) {
    const run = Array.from({ length: Math.min(RUN, count - start) }, (_, i) => start + i).sort(compare)
    from.set(run, start)
    await setImmediate()
  }
  let to = new Uint32Array(count)
  for (let width = RUN; width < count; width *= 2) {
    await mergeRuns(from, to, width, compare)
    ;[from, to] = [to, from]
  }
  return from
}

async function mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  width: number,
  compare: (a: number, b: number) => number,
): Promise<void> {
  const { length } = from
  for (let start = 0; start < length; start += 2 * width) {
    const middle = Math.min(start + width, length)
    const end = Math.min(start + 2 * width, length)
    let [left, right] = [start, middle]
    for (let at = start; at < end; at++) {
      const takeLeft = left < middle && (right >= end || compare(from[left] ?? 0, from[right] ?? 0) <= 0)
      to[at] = from[takeLeft ? left++ : right++] ?? 0
      if (at % SLICE === 0) await setImmediate()
    }
  }
}
