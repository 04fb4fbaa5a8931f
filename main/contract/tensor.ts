// A small dense float32 tensor, the only form in which vectors travel between processes, files and the database.

/** Row-major float32 values; data.length is the product of shape. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Tensors by name: all that the trainer, the optimiser, checkpoints and exports know of a method. */
export type NamedTensors = Readonly<Record<string, Tensor>>

/** Token ids and other indices. */
export interface IntegerTensor {
  readonly shape: readonly number[]
  readonly data: BigInt64Array
}

/** What a graph is fed, by input name. */
export type Feeds = Readonly<Record<string, Tensor | IntegerTensor>>

export const elements = (shape: readonly number[]): number => shape.reduce((n, dim) => n * dim, 1)
