// Reuses large arrays: allocating many megabytes costs more than copying into them, and the garbage collector frees
// unused ones late.

export interface Buffers {
  /** An uninitialised array of `size` numbers. It shares memory with the arrays that earlier calls of this name returned. */
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
