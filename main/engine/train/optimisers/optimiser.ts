// What an optimiser is: it changes one tensor at a time, in place, so that a whole model needs no second copy of anything.

/** What one step does to every tensor. */
export interface Update {
  /** Number of the update, from 1. */
  readonly step: number
  readonly learningRate: number
  /** Decoupled: the tensor shrinks by its share of the learning rate (Loshchilov and Hutter 2019). */
  readonly weightDecay: number
  /** Factor of the gradient: below 1 where its norm is clipped. */
  readonly scale: number
}

/** What the optimiser remembers of one tensor, by name. */
export type Memory = Readonly<Record<string, Float32Array | Uint8Array>>

export interface Optimiser {
  /** Factor of the learning rates that suit AdamW. */
  readonly rate: number
  /** The memory of a tensor of that many elements before its first update. */
  start(elements: number): Memory
  /** Its bytes. */
  bytes(elements: number): number
  /** Updates the tensor and the memory in place. */
  update(tensor: Float32Array, gradient: Float32Array, memory: Memory, update: Update): void
}

/** A part of a tensor's memory. Error: RangeError where it has none of that name and type. */
export function floats(memory: Memory, name: string): Float32Array {
  const found = memory[name]
  if (found instanceof Float32Array) return found
  throw new RangeError(`the optimiser remembers no ${name}`)
}
