// Large arrays that are used again: new ones of many megabytes would cost more than what is copied into them, and those
// that nobody needs any longer would stay for a while.

export interface Buffers {
  /** Numbers to write over: what an earlier call of that name gave is lost, and what stands in them means nothing. */
  take(name: string, size: number): Float32Array
  clear(): void
}

export function createBuffers(): Buffers {
  const held = new Map<string, Float32Array>()
  return {
    take(name, size) {
      const found = held.get(name)
      if (found && found.length >= size) return found.subarray(0, size)
      const larger = new Float32Array(size)
      held.set(name, larger)
      return larger
    },
    clear: () => held.clear(),
  }
}
