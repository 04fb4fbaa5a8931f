// Dense tensors, the form in which numbers pass between processes, files and the database.

/** Row-major float32 values; data.length is the product of shape. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Tensors by name: the training loop, the optimiser, checkpoints and exports treat a method's tensors by name only. */
export type NamedTensors = Readonly<Record<string, Tensor>>

/** Token ids and other indices. */
export interface IntegerTensor {
  readonly shape: readonly number[]
  readonly data: BigInt64Array
}

/** A graph's inputs by name. */
export type Feeds = Readonly<Record<string, Tensor | IntegerTensor>>

export const elements = (shape: readonly number[]): number => shape.reduce((n, dim) => n * dim, 1)
